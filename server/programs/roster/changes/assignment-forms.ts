import { addDays, type Day, formatDay } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { periodWords } from '#server/programs/recorded-period.ts'
import {
  type Assignment,
  type Work,
  workerTypeNames,
  workProblem,
} from '#server/programs/roster/employment/assignment.ts'
import { type PeriodKind, periodNames, periodProblem } from '#server/programs/roster/employment/periods.ts'
import { titleOn, withTitle } from '#server/programs/roster/employment/role-titles.ts'
import { workTexts, workTextsBy } from '#server/programs/roster/employment/work-texts.ts'
import { type Reader, reader, type Typed } from '#server/programs/typed-form.ts'
import { noChanges, type PeriodRow, type RosterChanges, rowOf, separation } from './roster-changes.ts'

/** The change that a form makes, or why it can't be made. */
export type Decided =
  | { kind: 'changes'; changes: RosterChanges; reason: string; facts: Readonly<Record<string, unknown>> }
  | { kind: 'problems'; problems: readonly Problem[] }

type Ids = Readonly<{ assignment_id: string; period_id: string }>

/** A new employment in a program, with the first day of direct contact if it is known. */
export function decideWork(
  typed: Typed,
  today: Day,
  ids: Ids & Readonly<{ person_id: string; program_id: string }>,
  others: readonly Assignment[],
): Decided {
  const form = reader(typed, today)
  const work = { ...readWork(form), separated_on: null }
  return decideNewWork(form, work, ids, others)
}

function decideNewWork(
  form: Reader,
  work: Work,
  {
    assignment_id,
    period_id,
    person_id,
    program_id,
  }: Ids & Readonly<{ person_id: string; program_id: string }>,
  others: readonly Work[],
): Decided {
  const from_on = form.day('contact_from')
  const from_at = form.timeOn('contact_time', from_on)
  if (form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  const periods: PeriodRow[] = from_on
    ? [{ kind: 'contact', period_id, assignment_id, from_on, from_at, to_on: null }]
    : []
  const problem =
    workProblem(work, others) ??
    periods.map((period) => atField('contact', periodProblem('contact', period, work, [])))[0]
  if (problem) return { kind: 'problems', problems: [problem] }
  return {
    kind: 'changes',
    changes: { ...noChanges, assignments: [{ assignment_id, person_id, program_id, ...work }], periods },
    reason: '',
    facts: { assignment_id, ...factsOf(work), ...(from_on ? { contact_from: from_on } : {}) },
  }
}

/** For the ledger: later titles have entries of their own. */
function factsOf({ later_titles: _, ...work }: Work): Omit<Work, 'later_titles'> {
  return work
}

/** Corrects a recorded employment, or removes one that never was. */
export function decideCorrection(
  typed: Typed,
  today: Day,
  assignment: Assignment,
  others: readonly Assignment[],
): Decided {
  const form = reader(typed, today)
  const reason = form.line('reason', reasonMissing, 500)
  if (typed.change === 'remove') {
    if (form.problems.length > 0) return { kind: 'problems', problems: form.problems }
    const { assignment_id } = assignment
    const changes = { ...noChanges, removed: [{ kind: 'assignment', id: assignment_id }] as const }
    return { kind: 'changes', changes, reason, facts: { assignment_id, removed: true } }
  }
  const read = readWork(form)
  const work: Work = {
    ...read,
    // The form has the first title. Those that follow change from their own days on.
    later_titles: assignment.later_titles.filter(({ from_on }) => from_on > read.hired_on),
    separated_on: form.day('separated_on'),
    duties_to: form.day('duties_to'),
  }
  if (form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  const problem = workProblem(work, others) ?? periodBeforeHire({ ...assignment, ...work })
  if (problem) return { kind: 'problems', problems: [problem] }
  const corrected = { ...assignment, ...work }
  const changes =
    work.separated_on === null
      ? { ...noChanges, assignments: [rowOf(corrected)] }
      : separation(corrected, work.separated_on)
  return {
    kind: 'changes',
    changes,
    reason,
    facts: { assignment_id: assignment.assignment_id, ...factsOf(work) },
  }
}

/** The last day of work. */
export function decideSeparation(typed: Typed, today: Day, assignment: Assignment): Decided {
  const form = reader(typed, today)
  const separated_on = form.day('separated_on', 'Enter the last day of work.')
  const reason = form.line('reason', undefined, 500)
  if (separated_on && assignment.separated_on)
    form.refuse('separated_on', 'A last day is already on record. To change it, correct the record.')
  if (separated_on && separated_on < assignment.hired_on)
    form.refuse('separated_on', workProblem({ ...assignment, separated_on }, [])?.message ?? '')
  if (!separated_on || form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  const { assignment_id } = assignment
  return {
    kind: 'changes',
    changes: separation(assignment, separated_on),
    reason,
    facts: { assignment_id, separated_on },
  }
}

/** Another unit or shift. Texts that the form doesn't name stay. */
export function decideTexts(typed: Typed, today: Day, assignment: Assignment): Decided {
  const form = reader(typed, today)
  const reason = form.line('reason', undefined, 500)
  const texts = workTextsBy((name) => (typed[name] === undefined ? assignment[name] : form.line(name)))
  const changed = workTexts.filter(({ name }) => texts[name] !== assignment[name])
  const [named = workTexts[0]] = workTexts.filter(({ name }) => typed[name] !== undefined)
  if (form.problems.length === 0 && changed.length === 0)
    form.refuse(named.name, `This is the ${named.label.toLowerCase()} on record already.`)
  if (form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  const facts = Object.fromEntries(changed.map(({ name }) => [name, texts[name]]))
  return {
    kind: 'changes',
    changes: { ...noChanges, assignments: [rowOf(assignment, texts)] },
    reason,
    facts: { assignment_id: assignment.assignment_id, ...facts },
  }
}

/** Another role title from a day on, which may be to come. The titles before it stay on record. */
export function decideTitle(typed: Typed, today: Day, assignment: Assignment): Decided {
  const form = reader(typed, today)
  const role_title = form.line('role_title')
  const from_on = form.day('from_on', 'Enter the first day with this title.')
  const reason = form.line('reason', undefined, 500)
  const { assignment_id, hired_on, separated_on } = assignment
  if (from_on && from_on < hired_on)
    form.refuse('from_on', `A title can’t begin before the day of hire, ${formatDay(hired_on)}.`)
  if (from_on && separated_on && from_on > separated_on)
    form.refuse('from_on', `A title can’t begin after the last day of work, ${formatDay(separated_on)}.`)
  if (from_on && form.problems.length === 0 && titleOn(assignment, from_on) === role_title)
    form.refuse('role_title', 'This is the role title on that day already.')
  if (!from_on || form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  return {
    kind: 'changes',
    changes: { ...noChanges, assignments: [rowOf(assignment, withTitle(assignment, role_title, from_on))] },
    reason,
    facts: { assignment_id, role_title, from_on },
  }
}

/** Ends an employment here and starts one in another of the viewer's programs. */
export function decideTransfer(
  typed: Typed,
  today: Day,
  assignment: Assignment,
  to: Ids & Readonly<{ program_id: string; assignments: readonly Assignment[] }>,
): Decided {
  const form = reader(typed, today)
  const hired_on = form.day('hired_on', 'Enter the first day there.')
  const separated_on = form.day('separated_on') ?? (hired_on && addDays(hired_on, -1))
  const texts = workTextsBy((name) => form.line(name))
  if (assignment.separated_on !== null)
    form.refuse('separated_on', 'This employment has ended. Add the person to the other program instead.')
  else if (separated_on && separated_on < assignment.hired_on)
    form.refuse('separated_on', workProblem({ ...assignment, separated_on }, [])?.message ?? '')
  if (separated_on && hired_on && hired_on < separated_on)
    form.refuse('hired_on', 'The first day there must not be before the last day here.')
  if (!hired_on || !separated_on || form.problems.length > 0)
    return { kind: 'problems', problems: form.problems }
  const { worker_type, person_id } = assignment
  const work = {
    worker_type,
    ...texts,
    later_titles: [],
    hired_on,
    separated_on: null,
    duties_from: null,
    duties_to: null,
  }
  const there = decideNewWork(form, work, { ...to, person_id }, to.assignments)
  if (there.kind === 'problems') return there
  const here = separation(assignment, separated_on)
  return {
    ...there,
    changes: {
      ...here,
      assignments: [...here.assignments, ...there.changes.assignments],
      periods: [...here.periods, ...there.changes.periods],
    },
    facts: {
      assignment_id: assignment.assignment_id,
      separated_on,
      to_program_id: to.program_id,
      to_assignment_id: to.assignment_id,
      hired_on,
    },
  }
}

export const reasonMissing = 'Enter a short reason. It stays with the record.'

function readWork(form: Reader): Omit<Work, 'separated_on'> {
  return {
    worker_type:
      form.choice('worker_type', workerTypeNames, 'Choose a worker type.') ?? ('employee' as const),
    ...workTextsBy((name) => form.line(name)),
    later_titles: [],
    hired_on: form.day('hired_on', 'Enter the day of hire.') ?? '',
    duties_from: form.day('duties_from'),
    duties_to: null,
  }
}

function periodBeforeHire(assignment: Assignment): Problem | null {
  const period = (['contact', 'leave'] as const)
    .flatMap((kind) => assignment[kind].map((one) => ({ ...one, kind })))
    .find(({ from_on }) => from_on < assignment.hired_on)
  return (
    (period && {
      field: 'hired_on',
      message: `${periodNames[period.kind]} ${periodWords(period)} is on record and begins before that day. Correct it first.`,
    }) ??
    null
  )
}

/** Names the form's field in a period's problem: contact_from instead of from_on. */
const atField = (kind: PeriodKind, problem: Problem | null): Problem | null =>
  problem && { ...problem, field: problem.field === 'from_on' ? `${kind}_from` : `${kind}_to` }
