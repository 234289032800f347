import { Temporal } from 'temporal-polyfill'
import { addYears, type Day, formatDay, parseDay, timeZone } from '#server/lib/days.ts'
import type { Problem } from './form-problem.ts'

/** A form's values, as typed. */
export type Typed = Readonly<Record<string, string | undefined>>

const yearsAhead = 5

/** Reads a form field by field and collects error messages. A field with an error reads as null. */
export function reader(typed: Typed, today: Day) {
  const problems: Problem[] = []
  const refuse = (field: string, message: string): null => {
    problems.push({ field, message })
    return null
  }
  const textOf = (field: string) => (typed[field] ?? '').trim()
  return {
    problems,
    refuse,
    /** A day. `missing` is the error message for a required field left empty. */
    day(field: string, missing?: string): Day | null {
      const text = textOf(field)
      if (text === '') return missing ? refuse(field, missing) : null
      const day = readDay(text, today)
      return day.kind === 'day' ? day.day : refuse(field, day.message)
    },
    /** A time of day on that day, as an instant: '2026-03-02T14:30:00Z'. */
    timeOn(field: string, day: Day | null): string | null {
      const text = textOf(field)
      if (text === '') return null
      const time = readTime(text)
      if (!time) return refuse(field, `We can’t read “${text}” as a time. Enter it like 2:30 pm or 14:30.`)
      return day && instantOf(day, time)
    },
    line(field: string, missing?: string, most = 200): string {
      const text = oneLine(typed[field] ?? '')
      if (text === '' && missing) refuse(field, missing)
      if (text.length > most) refuse(field, `Use ${most} characters or fewer.`)
      return text
    },
    choice<T extends string>(field: string, choices: Readonly<Record<T, string>>, missing: string): T | null {
      const text = textOf(field)
      return Object.hasOwn(choices, text) ? (text as T) : refuse(field, missing)
    },
    email(field: string): string | null {
      return textOf(field) === ''
        ? refuse(field, 'Enter an email. It’s how the person signs in.')
        : this.optionalEmail(field)
    },
    optionalEmail(field: string): string | null {
      const text = textOf(field).toLowerCase()
      if (text === '') return null
      return isEmail(text) ? text : refuse(field, `“${text}” is not an email address.`)
    },
    employeeId(field: string): string | null {
      const text = textOf(field)
      if (text === '') return null
      return readEmployeeId(text) ?? refuse(field, notAnEmployeeId(text))
    },
  }
}

export type Reader = ReturnType<typeof reader>

/** Reads a date as people type it, or says what is wrong with it. */
export function readDay(
  text: string,
  today: Day,
): Readonly<{ kind: 'day'; day: Day } | { kind: 'not-a-day'; message: string }> {
  const no = (message: string) => ({ kind: 'not-a-day', message }) as const
  // Spreadsheets may add midnight to a date.
  const day = parseDay(text.replace(/[ T](?:0?0:00(?::00)?|12:00(?::00)? ?am)$/i, ''))
  if (day && day > addYears(today, yearsAhead))
    return no(`${formatDay(day)} is more than ${yearsAhead} years ahead. Check the year.`)
  if (day) return { kind: 'day', day }
  if (/^\d{1,2}[/.-]\d{1,2}[/.-]\d\d$/.test(text))
    return no(`Enter the year in “${text}” with four digits, like 3/15/2025.`)
  if (/^\d{5}$/.test(text))
    return no(`“${text}” is a spreadsheet’s date number. Enter the date like 3/15/2025.`)
  return no(`We can’t read “${text}” as a date. Enter it like 3/15/2025.`)
}

/** The “As of” day of a page, as its field shows it, with an error if it can't be read. */
export function readOtherDay(
  typed: string | undefined,
  today: Day,
): Readonly<{ typedOn: string; errors: readonly Problem[] }> {
  const text = typed?.trim() ?? ''
  if (text === '') return { typedOn: '', errors: [] }
  const read = readDay(text, today)
  return read.kind === 'day'
    ? { typedOn: typedDay(read.day), errors: [] }
    : { typedOn: text, errors: [{ field: 'on', message: read.message }] }
}

/** '2:30 pm', '2 PM' or '14:30' as '14:30'; otherwise null. */
function readTime(text: string): string | null {
  const [, hours, minutes = '00', half] =
    /^(\d{1,2})(?::(\d\d))?\s*([ap])?\.?(?:m\.?)?$/i.exec(text.trim()) ?? []
  if (!hours || Number(minutes) > 59) return null
  const hour = Number(hours)
  if (!half) return /:/.test(text) && hour < 24 ? `${hours.padStart(2, '0')}:${minutes}` : null
  if (hour < 1 || hour > 12) return null
  const of24 = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
  return `${String(of24).padStart(2, '0')}:${minutes}`
}

/** A time of day such as '14:30' on a day, Central time, as an instant: '2026-03-02T20:30:00Z'. */
export const instantOf = (day: Day, time: string): string =>
  Temporal.PlainDate.from(day)
    .toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) })
    .toInstant()
    .toString()

/** An instant's time of day in Minnesota, as a form field shows it: '2:30 pm'. */
export function typedTime(at: string | null): string {
  if (at === null) return ''
  const { hour, minute } = Temporal.Instant.from(at).toZonedDateTimeISO(timeZone)
  return `${hour % 12 || 12}:${String(minute).padStart(2, '0')} ${hour < 12 ? 'am' : 'pm'}`
}

/** '2025-03-05' as a form field shows it: '3/5/2025'. */
export function typedDay(day: Day | null): string {
  const [year, month, date] = (day ?? '').split('-')
  return year ? `${Number(month)}/${Number(date)}/${year}` : ''
}

/** Text on one line, without invisible characters. */
export const oneLine = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Zs}]+/gu, ' ')
    .trim()

export const isEmail = (text: string): boolean =>
  text.length <= 254 && /^[^\s@"',;<>]+@[^\s@"',;<>]+\.[^\s@"',;<>]+$/.test(text)

/** An employee id as it is stored: in capitals and without spaces; null for what can't be one. */
export function readEmployeeId(text: string): string | null {
  const id = text.replace(/\s/g, '').toUpperCase()
  return /^[A-Z0-9][A-Z0-9._/-]{0,39}$/.test(id) ? id : null
}

export const notAnEmployeeId = (text: string): string =>
  `“${text}” is not an employee ID. Use letters, digits, dots, dashes and slashes.`

/** Whether two ways of writing a name are the same person's: case, spaces and composed letters don't count. */
export const isSameName = (a: string, b: string): boolean =>
  oneLine(a).toLowerCase() === oneLine(b).toLowerCase()
