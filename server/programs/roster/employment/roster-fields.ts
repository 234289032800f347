import type { ProgramHead } from '#server/programs/queries.ts'
import { type Typed, typedDay, typedTime } from '#server/programs/typed-form.ts'
import { type Assignment, workerTypeNames } from './assignment.ts'
import type { Period, PeriodKind } from './periods.ts'
import { laterTitleWords } from './role-titles.ts'
import { workTexts, workTextsBy } from './work-texts.ts'

/** A field for views/parts/_field.eta. */
export type Field = Readonly<{
  name: string
  label: string
  hint?: string
  type?: 'text' | 'email' | 'select' | 'radio' | 'checkbox' | 'textarea' | 'search'
  /** A list where several boxes can be checked. */
  value?: string | readonly string[] | undefined
  required?: boolean
  /** Said instead of “optional,” where it depends on another field. */
  requiredFor?: string
  /** Values to choose from while typing. */
  suggestions?: readonly string[]
  size?: 'small' | 'medium'
  autocomplete?: string
  options?: readonly Readonly<{ value: string; label: string; description?: string }>[]
}>

const dayHint = 'Like 3/15/2025'

export const day = (name: string, label: string, typed: Typed, more: Partial<Field> = {}): Field => ({
  name,
  label,
  hint: dayHint,
  size: 'small',
  autocomplete: 'off',
  value: typed[name] ?? '',
  ...more,
})

const reason = (typed: Typed): Field => ({
  name: 'reason',
  label: 'Why',
  hint: 'For example: typing error, or the personnel file has a different date. The reason stays with the record.',
  value: typed.reason ?? '',
})

export const optionsOf = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))

export const correctNameFields = (typed: Typed): readonly Field[] => [
  {
    name: 'name',
    label: 'Name',
    hint: 'As it should appear on certificates',
    value: typed.name ?? '',
    autocomplete: 'off',
  },
  {
    name: 'employee_id',
    label: 'Employee ID',
    hint: 'With it, someone without an email can sign in',
    required: false,
    size: 'medium',
    value: typed.employee_id ?? '',
    autocomplete: 'off',
  },
]

export const nameFields = (typed: Typed): readonly Field[] => [
  ...correctNameFields(typed),
  {
    name: 'email',
    label: 'Email',
    hint: 'How the person signs in. Their own, not one that several share. Leave it empty if they have none.',
    type: 'email',
    required: false,
    value: typed.email ?? '',
    autocomplete: 'off',
  },
]

export const workFields = (typed: Typed, { kind }: ProgramHead): readonly Field[] => [
  {
    name: 'worker_type',
    label: 'Worker type',
    type: 'select',
    size: 'medium',
    value: typed.worker_type ?? '',
    options: [{ value: '', label: 'Choose one' }, ...optionsOf(workerTypeNames)],
  },
  ...workTextFields(typed),
  day('hired_on', 'Hired on', typed),
  ...(kind === 'agency'
    ? [
        day('duties_from', 'Child-protection duties from', typed, {
          required: false,
          hint: `${dayHint}. Leave empty if there are none.`,
        }),
      ]
    : []),
]

const workTextFields = (typed: Typed): readonly Field[] =>
  workTexts.map(({ name, label, hint }) => ({
    name,
    label,
    ...(hint ? { hint } : {}),
    required: false,
    value: typed[name] ?? '',
    autocomplete: 'off',
  }))

export const contactFields = (typed: Typed): readonly Field[] => [
  day('contact_from', 'Direct contact with young people from', typed, {
    required: false,
    hint: `${dayHint}. Leave empty until you know it.`,
  }),
  time('contact_time', typed),
]

const time = (name: string, typed: Typed): Field => ({
  name,
  label: 'Start time on that day',
  hint: 'Like 2:30 pm. It matters if training was finished the same day.',
  size: 'small',
  required: false,
  value: typed[name] ?? '',
  autocomplete: 'off',
})

export const correctionFields = (
  typed: Typed,
  program: ProgramHead,
  { later_titles }: Pick<Assignment, 'later_titles'>,
): readonly Field[] => [
  ...workFields(typed, program).map((field) =>
    field.name === 'role_title' && later_titles.length > 0
      ? { ...field, hint: `On the first day. Later: ${laterTitleWords({ later_titles })}` }
      : field,
  ),
  ...(program.kind === 'agency'
    ? [day('duties_to', 'Child-protection duties until', typed, { required: false })]
    : []),
  day('separated_on', 'Last day of work', typed, {
    required: false,
    hint: `${dayHint}. Leave empty while the person works here.`,
  }),
  ...removable(typed, 'The person never had this employment. Its contact and leave are removed too.'),
]

export const separationFields = (typed: Typed): readonly Field[] => [
  day('separated_on', 'Last day of work', typed),
  { ...reason(typed), label: 'Note', hint: 'Only what the record needs', required: false },
]

export const transferFields = (typed: Typed, programs: readonly ProgramHead[]): readonly Field[] => [
  {
    name: 'to_program',
    label: 'New program',
    type: 'select',
    value: typed.to_program ?? '',
    options: [
      { value: '', label: 'Choose one' },
      ...programs.map(({ id, name }) => ({ value: id, label: name })),
    ],
  },
  day('hired_on', 'First day there', typed),
  day('separated_on', 'Last day here', typed, {
    required: false,
    hint: `${dayHint}. If empty: the day before.`,
  }),
  ...workTextFields(typed),
  ...contactFields(typed),
]

export const periodFields = (kind: PeriodKind, typed: Typed): readonly Field[] => [
  day('from_on', kind === 'contact' ? 'First day of direct contact' : 'First day of leave', typed),
  ...(kind === 'contact' ? [time('from_time', typed)] : []),
  day('to_on', kind === 'contact' ? 'Last day of direct contact' : 'Last day of leave', typed, {
    required: false,
    hint: `${dayHint}. Leave empty until it ends.`,
  }),
]

export const periodEndFields = (kind: PeriodKind, typed: Typed): readonly Field[] => [
  day('to_on', kind === 'contact' ? 'Last day of direct contact' : 'Last day of leave', typed),
]

export const periodCorrectionFields = (kind: PeriodKind, typed: Typed): readonly Field[] => [
  ...periodFields(kind, typed),
  ...removable(typed, 'It never happened.'),
]

export const removable = (typed: Typed, never: string): readonly Field[] => [
  {
    name: 'change',
    label: 'What do you want to do?',
    type: 'radio',
    value: typed.change ?? 'correct',
    options: [
      { value: 'correct', label: 'Correct the record as entered above' },
      { value: 'remove', label: 'Remove it from the record', description: never },
    ],
  },
  reason(typed),
]

/** The recorded values, as the correction form shows them. */
export const typedWork = (assignment: Assignment): Typed => ({
  seen: assignment.row_id,
  worker_type: assignment.worker_type,
  ...workTextsBy((name) => assignment[name]),
  hired_on: typedDay(assignment.hired_on),
  separated_on: typedDay(assignment.separated_on),
  duties_from: typedDay(assignment.duties_from),
  duties_to: typedDay(assignment.duties_to),
})

export const typedPeriod = (period: Period): Typed => ({
  seen: period.row_id,
  from_on: typedDay(period.from_on),
  from_time: typedTime(period.from_at),
  to_on: typedDay(period.to_on),
})
