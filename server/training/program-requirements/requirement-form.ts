import type { Day } from '#server/lib/days.ts'
import { formatDay } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { workerTypeNames } from '#server/programs/roster/employment/assignment.ts'
import type { WorkerType } from '#server/programs/roster/employment/roster.queries.ts'
import { day, type Field, optionsOf } from '#server/programs/roster/employment/roster-fields.ts'
import { type Reader, reader, typedDay } from '#server/programs/typed-form.ts'
import type { ProgramRequirement, Schedule } from './program-requirement.ts'
import { monthNames } from './requirement-words.ts'

/** What a requirement says, without its period and its ids. */
export type RequirementEntry = Omit<
  ProgramRequirement,
  'requirement_id' | 'program_id' | 'from_on' | 'to_on' | 'since_on'
>

/** A form's values as typed. Checked boxes are lists. */
export type TypedRequirement = Readonly<
  Partial<Record<RequirementText, string> & Record<RequirementList, readonly string[]>>
>

export const requirementTexts = [
  ...(['title', 'source', 'contact', 'schedule', 'month', 'months', 'first_days', 'least_hours'] as const),
  ...(['course', 'from_on', 'reason'] as const),
] as const
export const requirementLists = ['roles', 'units', 'worker_types', 'needs_file'] as const
type RequirementText = (typeof requirementTexts)[number]
type RequirementList = (typeof requirementLists)[number]

/** What the form offers: the roster's roles and units, and the courses of this system. */
export type Choices = Readonly<{
  roles: readonly string[]
  units: readonly string[]
  courses: readonly Readonly<{ value: string; label: string }>[]
}>

const schedules = {
  'same-month': 'Each year, by the end of the same month',
  'fixed-month': 'Each year, by the end of one month for everyone',
  months: 'Every so many months',
  once: 'Once',
} as const satisfies Readonly<Record<Schedule['schedule'], string>>

type ReadRequirement =
  | Readonly<{ kind: 'entry'; entry: RequirementEntry; from_on: Day; reason: string }>
  | Readonly<{ kind: 'problems'; problems: readonly Problem[] }>

/** Reads the form. A change of a requirement that exists needs a reason. */
export function readRequirement(
  typed: TypedRequirement,
  choices: Choices,
  today: Day,
  isChange: boolean,
): ReadRequirement {
  const { roles = [], units = [], worker_types = [], needs_file = [], ...texts } = typed
  const form = reader(texts, today)
  const title = form.line('title', 'Enter what the training is called.', 120)
  const schedule = form.choice('schedule', schedules, 'Choose how often it is due.')
  const from_on = form.day('from_on', 'Enter the first day on which this applies.')
  const entry = {
    title,
    source: form.line('source'),
    roles: roles.filter((role) => choices.roles.includes(role)),
    units: units.filter((unit) => choices.units.includes(unit)),
    worker_types: worker_types.filter((type): type is WorkerType => Object.hasOwn(workerTypeNames, type)),
    in_contact: texts.contact === 'yes',
    schedule: schedule ?? 'once',
    month:
      schedule === 'fixed-month' ? wholeNumber(form, texts, 'month', [1, 12], 'Choose the month.') : null,
    months:
      schedule === 'months'
        ? wholeNumber(form, texts, 'months', [1, 120], 'Enter a whole number of months from 1 to 120.')
        : null,
    first_days:
      wholeNumber(form, texts, 'first_days', [0, 730], 'Enter a whole number of days from 0 to 730.') ?? 0,
    needs_file: needs_file.includes('yes'),
    least_hours: readHours(form, texts.least_hours),
    course: choices.courses.find(({ value }) => value === texts.course)?.value ?? null,
  }
  const reason = form.line(
    'reason',
    isChange ? 'Enter why it changes. The reason stays on record.' : undefined,
    500,
  )
  if (form.problems.length > 0 || !from_on) return { kind: 'problems', problems: form.problems }
  return { kind: 'entry', entry, from_on, reason }
}

function wholeNumber(
  form: Reader,
  texts: TypedRequirement,
  field: RequirementText,
  [least, most]: readonly [number, number],
  message: string,
): number | null {
  const text = (texts[field] ?? '').trim()
  const number = Number(text)
  const isFine = /^\d{1,3}$/.test(text) && number >= least && number <= most
  return isFine ? number : form.refuse(field, message)
}

/** Hours as people type them: 6 or 1.5. Null if empty. */
export function readHours(form: Reader, typed: string | undefined, field = 'least_hours'): number | null {
  const text = (typed ?? '').trim()
  if (text === '') return null
  const hours = Number(text)
  return hours > 0 && hours <= 1000
    ? hours
    : form.refuse(field, 'Enter the hours as a number, like 6 or 1.5.')
}

export function requirementFields(
  typed: TypedRequirement,
  choices: Choices,
  isChange: boolean,
): readonly Field[] {
  const text = (name: RequirementText) => typed[name] ?? ''
  return [
    {
      name: 'title',
      label: 'Training',
      hint: 'For example: Mandated reporter training, First aid, Medication administration',
      value: text('title'),
    },
    {
      name: 'source',
      label: 'What asks for it',
      hint: 'For example: Minn. Stat. 245A.66, subd. 4, or our policy 12',
      required: false,
      value: text('source'),
    },
    ...whomFields(typed, choices),
    ...scheduleFields(text),
    ...evidenceFields(typed, choices),
    day('from_on', isChange ? 'The change applies from' : 'Applies from', { from_on: text('from_on') }),
    {
      name: 'reason',
      label: 'Why',
      hint: 'Stays on record',
      required: isChange,
      value: text('reason'),
    },
  ]
}

function whomFields(typed: TypedRequirement, choices: Choices): readonly Field[] {
  const boxes = (name: RequirementList, label: string, hint: string, options: Field['options'] = []) =>
    options.length > 0
      ? [{ name, label, hint, type: 'checkbox' as const, required: false, value: typed[name] ?? [], options }]
      : []
  const plain = (texts: readonly string[]) => texts.map((text) => ({ value: text, label: text }))
  return [
    {
      name: 'contact',
      label: 'Who needs it?',
      type: 'radio',
      value: typed.contact ?? '',
      options: [
        { value: 'no', label: 'Everyone who works here' },
        { value: 'yes', label: 'Only people in direct contact' },
      ],
    },
    ...boxes('roles', 'Only these roles', 'Check none for every role', plain(choices.roles)),
    ...boxes('units', 'Only these units or shifts', 'Check none for all of them', plain(choices.units)),
    ...boxes(
      'worker_types',
      'Only these worker types',
      'Check none for all of them',
      optionsOf(workerTypeNames),
    ),
  ]
}

const scheduleFields = (text: (name: RequirementText) => string): readonly Field[] => [
  {
    name: 'first_days',
    label: 'Days after the first day until it is due',
    hint: 'Counted from the day of hire; for people in direct contact, from the first day of contact. 0 means on that day',
    size: 'small',
    value: text('first_days'),
  },
  {
    name: 'schedule',
    label: 'How often?',
    type: 'radio',
    value: text('schedule'),
    options: [
      {
        value: 'same-month',
        label: schedules['same-month'],
        description:
          'As the law counts annual training: done on March 15, due again by March 31 of the next year',
      },
      {
        value: 'fixed-month',
        label: schedules['fixed-month'],
        description: 'Once in each calendar year. Choose the month below',
      },
      { value: 'months', label: schedules.months, description: 'Enter the number below' },
      { value: 'once', label: schedules.once },
    ],
  },
  {
    name: 'month',
    label: 'Month, if it’s one month for everyone',
    type: 'select',
    required: false,
    size: 'medium',
    value: text('month'),
    options: [
      { value: '', label: 'None' },
      ...monthNames.map((label, index) => ({ value: String(index + 1), label })),
    ],
  },
  {
    name: 'months',
    label: 'Months, if it’s every so many',
    required: false,
    size: 'small',
    value: text('months'),
  },
]

const evidenceFields = (typed: TypedRequirement, choices: Choices): readonly Field[] => [
  {
    name: 'needs_file',
    label: 'Evidence',
    hint: 'The date is always recorded',
    type: 'checkbox',
    required: false,
    value: typed.needs_file ?? [],
    options: [{ value: 'yes', label: 'A certificate or sign-in sheet must be attached' }],
  },
  {
    name: 'least_hours',
    label: 'Hours it must take at least',
    required: false,
    size: 'small',
    value: typed.least_hours ?? '',
  },
  {
    name: 'course',
    label: 'A course here that meets it, too',
    hint: 'Completing it counts without anyone recording it',
    type: 'select',
    required: false,
    value: typed.course ?? '',
    options: [{ value: '', label: 'None: only training recorded by the program' }, ...choices.courses],
  },
]

/** A requirement as the form shows it. */
export const typedRequirement = (one: ProgramRequirement, today: Day): TypedRequirement => ({
  title: one.title,
  source: one.source,
  contact: one.in_contact ? 'yes' : 'no',
  roles: one.roles,
  units: one.units,
  worker_types: one.worker_types,
  schedule: one.schedule,
  month: one.month === null ? '' : String(one.month),
  months: one.months === null ? '' : String(one.months),
  first_days: String(one.first_days),
  needs_file: one.needs_file ? ['yes'] : [],
  least_hours: one.least_hours === null ? '' : String(one.least_hours),
  course: one.course ?? '',
  from_on: typedDay(one.from_on > today ? one.from_on : today),
})

/** Why a period can't change or end on a day. Null if it can. */
export function changeProblem(
  now: Pick<ProgramRequirement, 'from_on' | 'to_on'>,
  on: Day,
  today: Day,
): string | null {
  if (now.to_on !== null && now.to_on < today)
    return 'This requirement has ended. Add it as a new one if it applies again.'
  if (on < now.from_on)
    return `The latest version begins on ${formatDay(now.from_on)}. Choose that day or a later one.`
  return now.to_on !== null && on > now.to_on
    ? `It ends on ${formatDay(now.to_on)}. Choose an earlier day.`
    : null
}
