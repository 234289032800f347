import type { ElsewhereTraining } from '#server/courses/catalogue/course-parts.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import type { ProgramHead } from '#server/programs/queries.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import type { LedSession } from './instructor-led.queries.ts'
import { mostMeetings, type Scope } from './instructor-led-form.ts'

/** For whom this viewer can publish: the people of each program that they administer, or everybody. */
export function scopesOf(viewer: Viewer, programs: readonly ProgramHead[]): readonly Scope[] {
  const own = programs.filter(({ id }) => viewer.administered_program_ids.includes(id))
  const many = own.length > 1
  return [
    ...own.flatMap(({ id, name }) => [
      { value: id, label: `People of ${name}`, program_id: id, is_for_all: false },
      {
        value: `${id}/all`,
        label: `Everybody who has an account${many ? `; ${name} organises it` : ''}`,
        program_id: id,
        is_for_all: true,
      },
    ]),
    ...(hasRole(viewer, 'system_admin')
      ? [
          {
            value: 'all',
            label: `Everybody who has an account${own.length > 0 ? '; system administrators organise it' : ''}`,
            program_id: null,
            is_for_all: true,
          },
        ]
      : []),
  ]
}

export const scopeValue = ({ program_id, is_for_all }: Pick<LedSession, 'program_id' | 'is_for_all'>) =>
  program_id === null ? 'all' : is_for_all ? `${program_id}/all` : program_id

/** The form's fields, in groups, filled with what was typed. */
export function ledFields(
  typed: Typed,
  trainings: readonly ElsewhereTraining[],
  scopes: readonly Scope[],
  viewer: Viewer,
) {
  const of = (name: string, label: string, more: object = {}) => ({
    name,
    label,
    value: typed[name] ?? '',
    ...more,
  })
  const optional = { required: false }
  const meeting = (n: number) => ({
    n,
    fields: [
      of(`on${n}`, 'Day', { size: 'medium', hint: 'Such as 3/15/2027', required: n === 1 }),
      of(`from${n}`, 'From', { size: 'small', hint: 'Such as 9 am', required: n === 1 }),
      of(`to${n}`, 'To', { size: 'small', hint: 'Central time', required: n === 1 }),
    ],
  })
  return {
    what: [
      of('training', 'Training', {
        type: 'select',
        hint: 'From the page of courses, or a title of your own',
        options: [
          { value: '', label: 'Another training' },
          ...trainings.map(({ id, title, code }) => ({
            value: id,
            label: code ? `${title} (${code})` : title,
          })),
        ],
      }),
      of('title', 'Title', { ...optional, hint: 'Empty: the training’s own' }),
      of('provider', 'Who gives it', { ...optional, hint: 'Empty: as on the page of courses' }),
      of('instructor', 'Who leads it'),
      of('instructor_email', 'Their email', {
        ...optional,
        type: 'email',
        hint: 'If they have an account here, they can record who was there',
      }),
      of('about', 'What it is about', { ...optional, type: 'textarea' }),
      of('subject', 'Is it about human trafficking or sexual exploitation?', {
        type: 'radio',
        options: [
          { value: 'yes', label: 'Yes' },
          { value: 'no', label: 'No' },
        ],
      }),
      of('mastery', 'How people show that they have learned it', {
        ...optional,
        hint: 'A test, a discussion, a task; it goes on each person’s record',
      }),
    ],
    where: [
      of('place', 'Place', { hint: 'An address or room, or “Online”' }),
      of('link', 'Link', { ...optional, hint: 'Shown to those alone who have a place' }),
    ],
    first: meeting(1),
    more: Array.from({ length: mostMeetings - 1 }, (_, at) => meeting(at + 2)),
    who: [
      of('scope', 'Whom it is open to', {
        type: 'radio',
        value: typed.scope ?? scopes[0]?.value,
        options: scopes,
      }),
      of('audience', 'Who it is for', { hint: 'Such as “Youth workers and night staff”' }),
      of('places', 'Places', { size: 'small' }),
      of('closes_on', 'Registration closes after', {
        ...optional,
        size: 'medium',
        hint: 'A day; empty: when it begins',
      }),
      of('contact', 'Whom to ask', { value: typed.contact ?? viewer.email ?? '' }),
    ],
    credit: [
      of('hours', 'Hours of training', { ...optional, size: 'small', hint: 'Empty: the meetings’ length' }),
      of('minutes_may_miss', 'Minutes that somebody may miss', {
        value: typed.minutes_may_miss ?? '30',
        size: 'small',
        hint: 'Who misses more gets no credit. People see this before they register.',
      }),
    ],
  }
}
