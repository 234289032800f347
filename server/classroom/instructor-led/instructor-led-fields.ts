import type { ElsewhereTraining } from '#server/courses/catalogue/course-parts.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import type { ProgramHead } from '#server/programs/queries.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import type { LedSession } from './instructor-led.queries.ts'
import { mostMeetings, type Scope } from './instructor-led-form.ts'

/** The audiences this viewer can publish for: the staff of each program where they organize sessions, or everyone. */
export function scopesOf(viewer: Viewer, programs: readonly ProgramHead[]): readonly Scope[] {
  const own = programs.filter(({ id }) => viewer.trained_program_ids.includes(id))
  const many = own.length > 1
  return [
    ...own.flatMap(({ id, name }) => [
      { value: id, label: `Staff of ${name}`, program_id: id, is_for_all: false },
      {
        value: `${id}/all`,
        label: `Everyone with an account${many ? `, organized by ${name}` : ''}`,
        program_id: id,
        is_for_all: true,
      },
    ]),
    ...(hasRole(viewer, 'system_admin')
      ? [
          {
            value: 'all',
            label: `Everyone with an account${own.length > 0 ? ', organized by system administrators' : ''}`,
            program_id: null,
            is_for_all: true,
          },
        ]
      : []),
  ]
}

export const scopeValue = ({ program_id, is_for_all }: Pick<LedSession, 'program_id' | 'is_for_all'>) =>
  program_id === null ? 'all' : is_for_all ? `${program_id}/all` : program_id

/** The form's fields in groups, filled with what was typed. */
export function ledFields(
  typed: Typed,
  trainings: readonly ElsewhereTraining[],
  scopes: readonly Scope[],
  viewer: Viewer,
) {
  const of: FieldOf = (name, label, more = {}) => ({ name, label, value: typed[name] ?? '', ...more })
  return {
    what: trainingFields(of, trainings),
    where: [
      of('place', 'Place', { hint: 'An address or room, or “Online”' }),
      of('link', 'Link', { ...optional, hint: 'Shown only to people who have a place' }),
    ],
    first: meetingFields(of, 1),
    more: Array.from({ length: mostMeetings - 1 }, (_, at) => meetingFields(of, at + 2)),
    who: [
      of('scope', 'Open to', {
        type: 'radio',
        value: typed.scope ?? scopes[0]?.value,
        options: scopes,
      }),
      of('audience', 'Audience', { hint: 'Such as “Youth workers and night staff”' }),
      of('places', 'Places', { size: 'small' }),
      of('closes_on', 'Registration closes after', {
        ...optional,
        size: 'medium',
        hint: 'Enter a date, or leave empty to keep it open until the session starts',
      }),
      of('contact', 'Contact for questions', { value: typed.contact ?? viewer.email ?? '' }),
    ],
    credit: [
      of('hours', 'Hours of training', {
        ...optional,
        size: 'small',
        hint: 'Leave empty to use the length of the meetings',
      }),
      of('minutes_may_miss', 'Minutes people may miss', {
        value: typed.minutes_may_miss ?? '30',
        size: 'small',
        hint: 'Anyone who misses more gets no credit. People see this before they register.',
      }),
    ],
  }
}

/** A field with its label, what was typed, and what else its partial takes. */
type FieldOf = (
  name: string,
  label: string,
  more?: object,
) => Readonly<{ name: string; label: string; value: string }>

const optional = { required: false }

const trainingFields = (of: FieldOf, trainings: readonly ElsewhereTraining[]) => [
  of('training', 'Training', {
    type: 'select',
    hint: 'Choose one from the Courses page, or enter your own title',
    options: [
      { value: '', label: 'Other training' },
      ...trainings.map(({ id, title, code }) => ({
        value: id,
        label: code ? `${title} (${code})` : title,
      })),
    ],
  }),
  of('title', 'Title', { ...optional, hint: 'Leave empty to use the training’s title' }),
  of('provider', 'Provider', { ...optional, hint: 'Leave empty to use the one on the Courses page' }),
  of('instructor', 'Instructor'),
  of('instructor_email', 'Instructor’s email', {
    ...optional,
    type: 'email',
    hint: 'If they have an account here, they can record attendance',
  }),
  of('about', 'What it is about', { ...optional, type: 'textarea' }),
  of('subject', 'Is it about human trafficking or sexual exploitation?', {
    type: 'radio',
    options: [
      { value: 'yes', label: 'Yes' },
      { value: 'no', label: 'No' },
    ],
  }),
  of('mastery', 'How is learning assessed?', {
    ...optional,
    hint: 'Such as a test, discussion or task. Shown on each person’s record',
  }),
]

const meetingFields = (of: FieldOf, n: number) => ({
  n,
  fields: [
    of(`on${n}`, 'Date', { size: 'medium', hint: 'Such as 3/15/2027', required: n === 1 }),
    of(`from${n}`, 'From', { size: 'small', hint: 'Such as 9 am', required: n === 1 }),
    of(`to${n}`, 'To', { size: 'small', hint: 'Central time', required: n === 1 }),
  ],
})
