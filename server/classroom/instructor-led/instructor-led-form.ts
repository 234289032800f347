import type { ElsewhereTraining } from '#server/courses/catalogue/course-parts.ts'
import { dayOf } from '#server/lib/days.ts'
import {
  instantOf,
  isEmail,
  type Reader,
  reader,
  type Typed,
  typedDay,
  typedTime,
} from '#server/programs/typed-form.ts'
import type { FieldError } from '#server/web/views.ts'
import { hoursOf, type Meeting } from './instructor-led-session.ts'

export const mostMeetings = 4

export type LedEntry = Readonly<{
  training: string
  title: string
  code: string
  provider: string
  instructor: string
  place: string
  link: string
  is_for_all: boolean
  audience: string
  contact: string
  about: string
  mastery: string
  is_human_trafficking: boolean
  meetings: readonly Meeting[]
  starts_at: Date
  ends_at: Date
  hours: number
  places: number
  closes_at: Date
  minutes_may_miss: number
}>

export type LedFormRead =
  | Readonly<{
      kind: 'entry'
      entry: LedEntry
      /** The program whose administrators organize it. Null for system administrators. */
      program_id: string | null
      instructor_email: string | null
    }>
  | Readonly<{ kind: 'problems'; problems: readonly FieldError[] }>

/** Whom a session is open to: a program's staff, or everyone. */
export type Scope = Readonly<{ value: string; label: string; program_id: string | null; is_for_all: boolean }>

/** Reads the form to publish or edit a session: the values, or the errors by field. */
export function readLedForm(
  typed: Typed,
  trainings: readonly ElsewhereTraining[],
  scopes: readonly Scope[],
  now: Date,
): LedFormRead {
  const form = reader(typed, dayOf(now))
  const { instructor_email, ...training } = readTraining(form, typed, trainings)
  const scope = scopes.find(({ value }) => value === typed.scope)
  if (!scope) form.refuse('scope', 'Choose whom the session is open to.')
  const meetings = readMeetings(form, typed, now)
  const place = readPlace(form)
  const numbers = readNumbers(form, typed, meetings)
  const description = readDescription(form)
  const closesOn = form.day('closes_on')
  const first = meetings[0]
  const last = meetings.at(-1)
  if (!first || !last || !scope || form.problems.length > 0)
    return { kind: 'problems', problems: form.problems }
  const starts_at = new Date(first.starts_at)
  // Until the end of that day, but never past the session's start.
  const closes = closesOn ? new Date(instantOf(closesOn, '23:59')) : starts_at
  return {
    kind: 'entry',
    program_id: scope.program_id,
    instructor_email: instructor_email || null,
    entry: {
      ...training,
      ...place,
      ...numbers,
      ...description,
      is_for_all: scope.is_for_all,
      meetings,
      starts_at,
      ends_at: new Date(last.ends_at),
      closes_at: closes < starts_at ? closes : starts_at,
    },
  }
}

/** What is taught, by whom. An empty field takes the value of the chosen training. */
function readTraining(form: Reader, typed: Typed, trainings: readonly ElsewhereTraining[]) {
  const known = trainings.find(({ id }) => id === typed.training)
  const title = form.line('title') || known?.title || ''
  if (!title) form.refuse('title', 'Choose a training above or enter a title.')
  const provider = form.line('provider') || known?.provider || ''
  if (!provider) form.refuse('provider', 'Enter the provider of the training.')
  const instructor = form.line('instructor', 'Enter the instructor.')
  const instructor_email = form.line('instructor_email', undefined, 254).toLowerCase()
  if (instructor_email && !isEmail(instructor_email))
    form.refuse('instructor_email', `“${instructor_email}” is not an email address.`)
  const code = known && /^\w+$/.test(known.code) ? known.code : ''
  return { training: known?.id ?? '', title, code, provider, instructor, instructor_email }
}

function readPlace(form: Reader) {
  const place = form.line('place', 'Enter a place, or “Online.”')
  const link = form.line('link', undefined, 500)
  if (link && !/^https:\/\/\S+$/.test(link))
    form.refuse('link', 'Enter the full address, starting with https://.')
  return { place, link }
}

function readNumbers(form: Reader, typed: Typed, meetings: readonly Meeting[]) {
  const places = wholeNumber(form, typed, 'places', [1, 1000], 'Enter the number of places, such as 20.')
  const may = wholeNumber(form, typed, 'minutes_may_miss', [0, 600], 'Enter minutes as a number, such as 30.')
  const hoursTyped = (typed.hours ?? '').trim()
  const hours = hoursTyped === '' ? hoursOf(meetings) : Number(hoursTyped)
  if (!(hours > 0 && hours <= 100) && meetings.length > 0)
    form.refuse('hours', 'Enter hours as a number, such as 6 or 1.5.')
  return { places: places ?? 1, minutes_may_miss: may ?? 30, hours }
}

function readDescription(form: Reader) {
  const audience = form.line('audience', 'Enter an audience, such as “Youth workers and night staff.”', 300)
  const contact = form.line('contact', 'Enter an email or phone number for questions.')
  const about = form.line('about', undefined, 1000)
  const mastery = form.line('mastery', undefined, 500)
  const subject = form.choice(
    'subject',
    { yes: '', no: '' },
    'Choose whether it is about human trafficking or sexual exploitation.',
  )
  return { audience, contact, about, mastery, is_human_trafficking: subject === 'yes' }
}

function readMeetings(form: Reader, typed: Typed, now: Date): readonly Meeting[] {
  const meetings: Meeting[] = []
  for (let n = 1; n <= mostMeetings; n++) {
    const isEmpty = ['on', 'from', 'to'].every((name) => !typed[`${name}${n}`]?.trim())
    if (isEmpty && n > 1) continue
    const day = form.day(`on${n}`, 'Enter a date, such as 3/15/2027.')
    const time = (name: string, missing: string) => {
      if (!typed[name]?.trim()) return form.refuse(name, missing)
      return form.timeOn(name, day)
    }
    const starts_at = time(`from${n}`, 'Enter a start time, such as 9 am.')
    const ends_at = time(`to${n}`, 'Enter an end time, such as 12:30 pm.')
    if (!starts_at || !ends_at) continue
    const before = meetings.at(-1)
    if (ends_at <= starts_at) form.refuse(`to${n}`, 'Enter an end time that is later than the start time.')
    else if (new Date(starts_at) <= now) form.refuse(`on${n}`, 'Enter a date and time in the future.')
    else if (before && starts_at < before.ends_at)
      form.refuse(`on${n}`, 'Enter the meetings in order. This one starts before the previous one ends.')
    else meetings.push({ starts_at, ends_at })
  }
  return meetings
}

function wholeNumber(
  form: Reader,
  typed: Typed,
  field: string,
  [least, most]: readonly [number, number],
  message: string,
): number | null {
  const text = (typed[field] ?? '').trim()
  const value = Number(text)
  return text !== '' && Number.isInteger(value) && value >= least && value <= most
    ? value
    : form.refuse(field, message)
}

/** A session's values for the form. */
export function typedSession(
  session: LedEntry & Readonly<{ instructor_email: string | null; scope: string }>,
): Typed {
  const meetings = session.meetings.flatMap(({ starts_at, ends_at }, at) => [
    [`on${at + 1}`, typedDay(dayOf(starts_at))],
    [`from${at + 1}`, typedTime(new Date(starts_at).toISOString())],
    [`to${at + 1}`, typedTime(new Date(ends_at).toISOString())],
  ])
  return {
    ...Object.fromEntries(meetings),
    training: session.training,
    title: session.title,
    provider: session.provider,
    instructor: session.instructor,
    instructor_email: session.instructor_email ?? '',
    scope: session.scope,
    place: session.place,
    link: session.link,
    hours: String(session.hours),
    places: String(session.places),
    minutes_may_miss: String(session.minutes_may_miss),
    audience: session.audience,
    contact: session.contact,
    about: session.about,
    mastery: session.mastery,
    subject: session.is_human_trafficking ? 'yes' : 'no',
    closes_on: session.closes_at < session.starts_at ? typedDay(dayOf(session.closes_at)) : '',
  }
}
