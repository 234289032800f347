import { dueSoonDays } from '#server/law/reasons/due-soon.ts'
import { annualDue } from '#server/law/residential/training-validity.ts'
import {
  addDays,
  addMonths,
  type Day,
  daysBetween,
  formatDay,
  lastDayOfMonth,
  laterOf,
} from '#server/lib/days.ts'
import type { WorkerType } from '#server/programs/roster/employment/roster.queries.ts'
import { appliesToWords, scheduleWords } from './requirement-words.ts'

/** Whom a requirement is for. An empty list means any. */
export type Whom = Readonly<{
  roles: readonly string[]
  units: readonly string[]
  worker_types: readonly WorkerType[]
  /** Only people who have direct contact that day. */
  in_contact: boolean
}>

/** How often: once; by the end of the same month of the next year, as the law counts; each year by the end of one month; every few months. */
export type Schedule = Readonly<{
  schedule: 'once' | 'same-month' | 'fixed-month' | 'months'
  month: number | null
  months: number | null
  /** Days after a person's first day until it is due for the first time. */
  first_days: number
}>

/** A requirement of a program's own, as it is on a day. The law knows nothing of it. */
export type ProgramRequirement = Whom &
  Schedule &
  Readonly<{
    requirement_id: string
    program_id: string
    title: string
    source: string
    needs_file: boolean
    least_hours: number | null
    course: string | null
    from_on: Day
    to_on: Day | null
    /** The first day of the requirement, before any change. */
    since_on: Day
  }>

/** One person's work at a program on a day. */
export type Work = Readonly<{
  person_id: string
  name: string
  program_id: string
  program: string
  role_title: string
  unit: string
  worker_type: WorkerType
  hired_on: Day
  contact_from: Day | null
  leave_from: Day | null
}>

export type Done = Readonly<{
  completed_on: Day
  course: string | null
  provider: string
  hours: number | null
}>

export type ProgramFinding = Readonly<{
  person_id: string
  name: string
  program_id: string
  program: string
  role_title: string
  unit: string
  worker_type: WorkerType
  requirement_id: string
  title: string
  course: string | null
  standing: 'not_required' | 'current' | 'due_soon' | 'overdue'
  due_on: Day | null
  satisfied_on: Day | null
  hours: number | null
  explanation: readonly string[]
}>

const appliesTo = (whom: Whom, work: Work): boolean =>
  (whom.roles.length === 0 || whom.roles.includes(work.role_title)) &&
  (whom.units.length === 0 || whom.units.includes(work.unit)) &&
  (whom.worker_types.length === 0 || whom.worker_types.includes(work.worker_type)) &&
  (!whom.in_contact || work.contact_from !== null)

/** Where one person is with one requirement on a day, with the reasons. Null where it isn't for them. */
export function findingOf(
  requirement: ProgramRequirement,
  work: Work,
  done: readonly Done[],
  on: Day,
): ProgramFinding | null {
  if (!appliesTo(requirement, work)) return null
  const last = lastOf(done, on)
  const due_on = dueOn(requirement, work, last?.completed_on ?? null)
  const standing = work.leave_from ? 'not_required' : standingOf(due_on, on)
  return {
    person_id: work.person_id,
    name: work.name,
    program_id: work.program_id,
    program: work.program,
    role_title: work.role_title,
    unit: work.unit,
    worker_type: work.worker_type,
    requirement_id: requirement.requirement_id,
    title: requirement.title,
    course: requirement.course,
    standing,
    due_on,
    satisfied_on: last?.completed_on ?? null,
    hours: last?.hours ?? null,
    explanation: [
      `${work.program} asks for this ${appliesToWords(requirement)}. It’s the program’s own requirement: it doesn’t change who is cleared for direct contact.`,
      ...(requirement.source ? [`The program names as its source: ${requirement.source}.`] : []),
      scheduleWords(requirement),
      last ? doneSentence(last) : firstSentence(requirement, work),
      ...(work.leave_from
        ? [`On leave since ${formatDay(work.leave_from)}: nothing is due on leave. The date doesn’t move.`]
        : []),
      nextSentence(due_on, standing),
    ],
  }
}

const lastOf = (done: readonly Done[], on: Day): Done | null =>
  done
    .filter(({ completed_on }) => completed_on <= on)
    .reduce<Done | null>((last, one) => (last && last.completed_on >= one.completed_on ? last : one), null)

/** The date by which it is due next. Null once it was done for good. */
export function dueOn(requirement: ProgramRequirement, work: Work, last: Day | null): Day | null {
  const first = addDays(beganOn(requirement, work), requirement.first_days)
  if (last === null) return first
  const next = nextDue(requirement, last)
  // What was done before the work began counts, but asks for nothing before the first date.
  return next !== null && last < beganOn(requirement, work) ? laterOf(next, first) : next
}

/** From this day on, the requirement is for this person: their first day, of contact if that is what it is about. */
const beganOn = ({ since_on, in_contact }: ProgramRequirement, { hired_on, contact_from }: Work): Day =>
  laterOf(since_on, in_contact && contact_from ? laterOf(hired_on, contact_from) : hired_on)

function nextDue({ schedule, month, months }: Schedule, last: Day): Day | null {
  switch (schedule) {
    case 'once':
      return null
    case 'same-month':
      return annualDue(last)
    case 'fixed-month':
      return lastDayOfMonth(`${Number(last.slice(0, 4)) + 1}-${String(month).padStart(2, '0')}-01`)
    case 'months':
      return addMonths(last, months ?? 12)
  }
}

function standingOf(due: Day | null, on: Day): ProgramFinding['standing'] {
  if (due === null) return 'current'
  if (due < on) return 'overdue'
  return daysBetween(on, due) <= dueSoonDays ? 'due_soon' : 'current'
}

/** The date that a finding leaves to keep, or that was missed. */
export const openDateOf = ({ standing, due_on }: Pick<ProgramFinding, 'standing' | 'due_on'>): Day | null =>
  standing === 'not_required' ? null : due_on

const doneSentence = ({ completed_on, course, provider, hours }: Done): string =>
  `Last done on ${formatDay(completed_on)}${course ? ', with our course' : provider ? `, with ${provider}` : ''}${hours ? `, ${hours === 1 ? '1 hour' : `${hours} hours`}` : ''}.`

function firstSentence(requirement: ProgramRequirement, work: Work): string {
  const began = beganOn(requirement, work)
  const why =
    began === requirement.since_on && began !== work.hired_on
      ? `The program has asked for it since ${formatDay(began)}`
      : began === work.hired_on
        ? `Hired on ${formatDay(began)}`
        : `Direct contact began on ${formatDay(began)}`
  return `${why}, and not done yet.`
}

function nextSentence(due: Day | null, standing: ProgramFinding['standing']): string {
  if (due === null) return 'Next: nothing. It’s done once and for all.'
  if (standing === 'overdue') return `Next: do it now. It was due by ${formatDay(due)}.`
  return `Next: do it by ${formatDay(due)}.`
}
