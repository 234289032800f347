import {
  type Catalogue,
  type CourseVersion,
  isForGroups,
  type Module,
} from '#server/courses/catalogue/catalogue.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { reader, type Typed, typedDay, typedTime } from '#server/programs/typed-form.ts'
import type { FieldError } from '#server/web/views.ts'

/** A module of a course version that a group can take, with its value in the form. */
type ModuleChoice = Readonly<{ value: string; label: string; course: CourseVersion; module: Module }>

/** Every module for groups of every version that learners may be on: the current one and earlier published ones. */
export function moduleChoices(catalogue: Catalogue): readonly ModuleChoice[] {
  return [...catalogue.courses.values()].flatMap(({ current, published }) => {
    const texts = [current, ...published.filter(({ hash }) => hash !== current.hash)]
    return texts.flatMap((course) =>
      course.modules.filter(isForGroups).map((module) => ({
        value: `${course.slug}/${course.version}/${module.slug}`,
        label: `${course.shortTitle}, module ${module.number}: ${module.title}${texts.length > 1 ? ` (version ${course.version})` : ''}`,
        course,
        module,
      })),
    )
  })
}

type GroupFormRead =
  | Readonly<{
      kind: 'entry'
      choice: ModuleChoice
      program_id: string
      place: string
      starts_at: Date
      facilitator_id: string
    }>
  | Readonly<{ kind: 'problems'; problems: readonly FieldError[] }>

type Named = readonly Readonly<{ id: string; name: string }>[]

/** Reads the form to create a session: the values, or the errors by field. */
export function readGroupForm(
  typed: Typed,
  choices: readonly ModuleChoice[],
  programs: Named,
  facilitators: Named,
  now: Date,
): GroupFormRead {
  const today = dayOf(now)
  const form = reader(typed, today)
  const choice = choices.find(({ value }) => value === typed.module)
  if (!choice) form.refuse('module', 'Choose a module.')
  const program = programs.find(({ id }) => id === typed.program)
  if (!program) form.refuse('program', 'Choose the program whose staff takes part.')
  const place = form.line('place', 'Enter a place, such as “Staff room.”')
  const on = form.day('on', 'Enter a date, such as 3/15/2027.')
  const at = form.timeOn('at', on)
  if (!typed.at?.trim()) form.refuse('at', 'Enter a start time, such as 2:30 pm.')
  if (on && on < today) form.refuse('on', 'Enter a date that is today or later.')
  const facilitator = facilitators.find(({ id }) => id === typed.facilitator)
  if (!facilitator) form.refuse('facilitator', 'Choose a facilitator.')
  if (!choice || !program || !facilitator || !at || form.problems.length > 0)
    return { kind: 'problems', problems: form.problems }
  return {
    kind: 'entry',
    choice,
    program_id: program.id,
    place,
    starts_at: new Date(at),
    facilitator_id: facilitator.id,
  }
}

/** The form's fields, filled with what was typed or with defaults: this place, now, led by the viewer. */
export function groupFields(
  typed: Typed,
  choices: readonly ModuleChoice[],
  programs: Named,
  facilitators: Named,
  viewer: Readonly<{ id: string }>,
  now: Date,
) {
  const named = (list: Named) => list.map(({ id, name }) => ({ value: id, label: name }))
  const day: Day = dayOf(now)
  return [
    {
      name: 'module',
      label: 'Module',
      type: 'select',
      value: typed.module ?? choices[0]?.value,
      options: choices,
    },
    {
      name: 'program',
      label: 'Whose staff takes part',
      hint: 'Staff of the license holder’s other programs can join too',
      type: 'select',
      value: typed.program ?? programs[0]?.id,
      options: named(programs),
    },
    { name: 'place', label: 'Place', value: typed.place ?? '', hint: 'Such as “Staff room”' },
    {
      name: 'on',
      label: 'Date',
      value: typed.on ?? typedDay(day),
      size: 'medium',
      hint: 'Such as 3/15/2027',
    },
    {
      name: 'at',
      label: 'Start time',
      value: typed.at ?? typedTime(now.toISOString()),
      size: 'small',
      hint: 'Central time, such as 2:30 pm',
    },
    {
      name: 'facilitator',
      label: 'Facilitator',
      hint: 'The facilitator doesn’t get credit for this session',
      type: 'select',
      value: typed.facilitator ?? viewer.id,
      options: named(facilitators),
    },
  ]
}
