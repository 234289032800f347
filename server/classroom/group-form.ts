import type { Catalogue, CourseVersion, Module } from '#server/courses/catalogue/catalogue.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { reader, type Typed, typedDay, typedTime } from '#server/programs/typed-form.ts'
import type { FieldError } from '#server/web/views.ts'

/** A module of one text that a group can take, by the value that stands for it in the form. */
export type ModuleChoice = Readonly<{ value: string; label: string; course: CourseVersion; module: Module }>

/** Every module of every text that learners may be on: today's, and published ones before it. */
export function moduleChoices(catalogue: Catalogue): readonly ModuleChoice[] {
  return [...catalogue.courses.values()].flatMap(({ current, published }) => {
    const texts = [current, ...published.filter(({ hash }) => hash !== current.hash)]
    return texts.flatMap((course) =>
      course.modules.map((module) => ({
        value: `${course.slug}/${course.version}/${module.slug}`,
        label: `${course.shortTitle}, module ${module.number}: ${module.title}${texts.length > 1 ? ` (version ${course.version})` : ''}`,
        course,
        module,
      })),
    )
  })
}

export type GroupFormRead =
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

/** What was typed to open a session, or what to mend, field by field. */
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
  if (!choice) form.refuse('module', 'Choose the module.')
  const program = programs.find(({ id }) => id === typed.program)
  if (!program) form.refuse('program', 'Choose the program whose people take part.')
  const place = form.line('place', 'Write where it takes place, such as “Staff room”.')
  const on = form.day('on', 'Write the day, such as 3/15/2027.')
  const at = form.timeOn('at', on)
  if (!typed.at?.trim()) form.refuse('at', 'Write when it begins, such as 2:30 pm.')
  if (on && on < today) form.refuse('on', 'That day is past. A session is opened before it takes place.')
  const facilitator = facilitators.find(({ id }) => id === typed.facilitator)
  if (!facilitator) form.refuse('facilitator', 'Choose who leads the session.')
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

/** The form's fields, filled with what was typed or with what is likely: this place, now, by whoever opens it. */
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
      label: 'Whose people take part',
      hint: 'They, and people of the license holder’s other programs, can join',
      type: 'select',
      value: typed.program ?? programs[0]?.id,
      options: named(programs),
    },
    { name: 'place', label: 'Place', value: typed.place ?? '', hint: 'Such as “Staff room”' },
    { name: 'on', label: 'Day', value: typed.on ?? typedDay(day), size: 'medium', hint: 'Such as 3/15/2027' },
    {
      name: 'at',
      label: 'Begins at',
      value: typed.at ?? typedTime(now.toISOString()),
      size: 'small',
      hint: 'Central time, such as 2:30 pm',
    },
    {
      name: 'facilitator',
      label: 'Who leads it',
      hint: 'Who leads is not counted as a participant',
      type: 'select',
      value: typed.facilitator ?? viewer.id,
      options: named(facilitators),
    },
  ]
}
