import { type Day, formatDay } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { periodWords } from '#server/programs/recorded-period.ts'
import {
  type Decided,
  decideSeparation,
  decideTexts,
  decideTitle,
} from '#server/programs/roster/changes/assignment-forms.ts'
import { decidePeriod, decidePeriodEnd } from '#server/programs/roster/changes/period-forms.ts'
import type { RosterChanges } from '#server/programs/roster/changes/roster-changes.ts'
import type { Assignment } from '#server/programs/roster/employment/assignment.ts'
import { type PeriodKind, periodNames } from '#server/programs/roster/employment/periods.ts'
import { titleOn } from '#server/programs/roster/employment/role-titles.ts'
import {
  day,
  type Field,
  periodEndFields,
  periodFields,
  separationFields,
} from '#server/programs/roster/employment/roster-fields.ts'
import { workTexts } from '#server/programs/roster/employment/work-texts.ts'
import type { ChangeName } from '#server/programs/roster/list/bulk-change-names.ts'
import type { Typed } from '#server/programs/typed-form.ts'

type Change = Readonly<{
  lead: string
  fields: (typed: Typed) => readonly Field[]
  decide: (typed: Typed, today: Day, assignment: Assignment) => Decided
}>

/** Only to see what would change: what is recorded gets an id of its own. */
const noId = '00000000-0000-0000-0000-000000000000'

export const checkedChanges: Readonly<Record<ChangeName, Change>> = {
  leave: {
    lead: 'A person on leave has no direct contact. Leave the last day empty until you know it. A first day to come plans the leave.',
    fields: (typed) => periodFields('leave', typed),
    decide: (typed, today, assignment) => decidePeriod('leave', typed, today, assignment, noId),
  },
  return: {
    lead: 'The leave that has no last day ends. A last day to come plans the return.',
    fields: (typed) => periodEndFields('leave', typed),
    decide: endOf('leave', 'No leave without a last day is on record.'),
  },
  contact: {
    lead: 'Direct contact means work with young people in the program.',
    fields: (typed) => periodFields('contact', typed).filter(({ name }) => name !== 'from_time'),
    decide: (typed, today, assignment) => decidePeriod('contact', typed, today, assignment, noId),
  },
  'contact-end': {
    lead: 'The direct contact that has no last day ends.',
    fields: (typed) => periodEndFields('contact', typed),
    decide: endOf('contact', 'No direct contact without a last day is on record.'),
  },
  unit: {
    lead: 'In the program’s own words. Leave it empty to remove it.',
    fields: (typed) => textField('unit', typed),
    decide: (typed, today, assignment) => decideTexts({ unit: '', ...typed }, today, assignment),
  },
  role: {
    lead: 'In the program’s own words. A first day to come plans it: until then, the title stays as it is.',
    fields: (typed) => [
      ...textField('role_title', typed),
      day('from_on', 'First day with this title', typed, { hint: 'Today or another day, like 3/15/2025' }),
    ],
    decide: (typed, today, assignment) => decideTitle({ role_title: '', ...typed }, today, assignment),
  },
  separation: {
    lead: 'Open periods of direct contact and leave end on the same day. A day to come plans it.',
    fields: (typed) => separationFields(typed).filter(({ name }) => name !== 'reason'),
    decide: decideSeparation,
  },
}

function endOf(kind: PeriodKind, none: string): Change['decide'] {
  return (typed, today, assignment) => {
    const open = openPeriod(assignment, kind)
    if (!open) return { kind: 'problems', problems: [{ field: '', message: none }] }
    return decidePeriodEnd(kind, typed, today, assignment, open)
  }
}

export const openPeriod = (assignment: Assignment, kind: PeriodKind) =>
  assignment[kind].find(({ to_on }) => to_on === null)

const textField = (text: (typeof workTexts)[number]['name'], typed: Typed): readonly Field[] =>
  workTexts
    .filter(({ name }) => name === text)
    .map(({ name, label, hint }) => ({
      name,
      label,
      hint,
      required: false,
      value: typed[name] ?? '',
      autocomplete: 'off',
    }))

/** One reason for everyone. */
export const reasonField = (typed: Typed): Field => ({
  name: 'reason',
  label: 'Why',
  hint: 'Stays with each person’s record. Leave out anything about someone’s health.',
  required: false,
  value: typed.reason ?? '',
  autocomplete: 'off',
})

export type Planned = Readonly<
  | { kind: 'changes'; says: readonly string[]; contactFrom: Day | null }
  | { kind: 'problems'; problems: readonly Problem[] }
>

/** What a change would do to one person's record, in sentences, or why it can't be made. */
export function plannedChange(change: ChangeName, typed: Typed, today: Day, assignment: Assignment): Planned {
  const decided = checkedChanges[change].decide(typed, today, assignment)
  if (decided.kind === 'problems') return decided
  const { changes } = decided
  const contactFrom = change === 'contact' ? (changes.periods[0]?.from_on ?? null) : null
  return { kind: 'changes', says: sentencesOf(changes, assignment, today), contactFrom }
}

function sentencesOf(
  { assignments, periods, removed }: RosterChanges,
  before: Assignment,
  today: Day,
): readonly string[] {
  const [work] = assignments
  const titles = work
    ? work.later_titles.filter((one) => titleOn(before, one.from_on) !== one.role_title)
    : []
  const named = titles.map(
    ({ from_on, role_title }) =>
      `Role title from ${formatDay(from_on)}: ${titleOn(before, from_on) || 'none'} → ${role_title || 'none'}${from_on > today ? ', to come' : ''}`,
  )
  const texts = workTexts
    .filter(({ name }) => work && work[name] !== before[name])
    .map(({ name, label }) => `${label}: ${before[name] || 'none'} → ${work?.[name] || 'none'}`)
  const lastDay =
    work?.separated_on && work.separated_on !== before.separated_on
      ? [`Last day of work: ${formatDay(work.separated_on)}${work.separated_on > today ? ', to come' : ''}`]
      : []
  const recorded = periods.map((period) => {
    const name = periodNames[period.kind]
    const earlier = before[period.kind].find(({ period_id }) => period_id === period.period_id)
    if (earlier && period.to_on)
      return `${name} since ${formatDay(earlier.from_on)} ends ${formatDay(period.to_on)}`
    if (period.from_on <= today) return `${name} ${periodWords(period)}.`
    const to = period.to_on ? ` to ${formatDay(period.to_on)}` : ''
    return `${name} from ${formatDay(period.from_on)}${to}. Until then, nothing changes.`
  })
  const gone = removed.flatMap(({ kind, id }) => {
    const period = kind === 'assignment' ? undefined : before[kind].find(({ period_id }) => period_id === id)
    return period && kind !== 'assignment' ? [`${periodNames[kind]} ${periodWords(period)} is removed`] : []
  })
  return [...lastDay, ...texts, ...named, ...recorded, ...gone]
}
