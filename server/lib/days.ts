import { Temporal } from 'temporal-polyfill'

/**
 * A calendar day in Minnesota, written '2026-03-01'. Only years 1900 to 2199, so that the text sorts like the day
 * (`a < b` means "a is before b") and a mistyped century is refused.
 */
export type Day = string

export const timeZone = 'America/Chicago'

const rememberedAtMost = 50_000

const dayPattern = /^(?:19|20|21)\d\d-\d\d-\d\d$/
const minnesotaPattern = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/
const offsetPattern = /(?:Z|[+-]\d\d:?\d\d)$/i

export function isDay(value: unknown): value is Day {
  return typeof value === 'string' && dayPattern.test(value) && plainDate(value) !== undefined
}

/** Reads '2025-03-15' and '3/15/2025'. Anything else is undefined. */
export function parseDay(text: string): Day | undefined {
  const written = text.trim()
  const [, month, day, year] = minnesotaPattern.exec(written) ?? []
  const iso = month && day && year ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : written
  return isDay(iso) ? iso : undefined
}

/** A date and time with its offset from UTC: '2024-02-09T16:00:00-06:00' or '…Z'. */
export function isInstant(value: unknown): value is string {
  return typeof value === 'string' && offsetPattern.test(value) && isDayOf(value)
}

/** The calendar day in Minnesota at an instant. Throws a RangeError if the text is not an instant. */
export function dayOf(instant: Date | string): Day {
  if (typeof instant === 'string') return dayOfWritten(instant)
  const at = instant.getTime()
  if (!(at >= lastDay.from && at < lastDay.until)) lastDay = boundsOfDay(inMinnesota(instant))
  return lastDay.day
}

const dayOfWritten = remembered((instant: string): Day => inMinnesota(instant).toPlainDate().toString())

/** The day asked for last, since most requests ask for today: its first instant, and the first one after it. */
let lastDay: Readonly<{ day: Day; from: number; until: number }> = { day: '', from: 0, until: 0 }

function boundsOfDay(at: Temporal.ZonedDateTime) {
  const start = at.startOfDay()
  return {
    day: at.toPlainDate().toString(),
    from: start.epochMilliseconds,
    until: start.add({ days: 1 }).epochMilliseconds,
  }
}

export const addDays = remembered((day: Day, days: number): Day => {
  return Temporal.PlainDate.from(day).add({ days }).toString()
})

/** If the target month is shorter, uses its last day: August 31 plus six months is February 28. */
export const addMonths = remembered((day: Day, months: number): Day => {
  return Temporal.PlainDate.from(day).add({ months }).toString()
})

/** If the year has no February 29, uses February 28. */
export const addYears = remembered((day: Day, years: number): Day => {
  return Temporal.PlainDate.from(day).add({ years }).toString()
})

export const lastDayOfMonth = remembered((day: Day): Day => {
  const date = Temporal.PlainDate.from(day)
  return date.with({ day: date.daysInMonth }).toString()
})

/** Negative if `to` is earlier. */
export const daysBetween = remembered((from: Day, to: Day): number => {
  return Temporal.PlainDate.from(from).until(to, { largestUnit: 'day' }).days
})

export const yearsBetween = remembered((from: Day, to: Day): number => {
  return Temporal.PlainDate.from(from).until(to, { largestUnit: 'year' }).years
})

/** The Monday of a day's week. */
export const mondayOf = (day: Day): Day => addDays(day, 1 - Temporal.PlainDate.from(day).dayOfWeek)

/** For sorting: negative, zero or positive. */
export function compareDays(a: Day, b: Day): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function earlierOf(a: Day, b: Day): Day {
  return compareDays(a, b) <= 0 ? a : b
}

export function laterOf(a: Day, b: Day): Day {
  return compareDays(a, b) >= 0 ? a : b
}

export function compareInstants(a: string, b: string): number {
  return Temporal.Instant.compare(a, b)
}

const longDay = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' })
const shortTime = new Intl.DateTimeFormat('en-US', { timeStyle: 'short', timeZone })

/** 'March 31, 2027' */
export const formatDay = remembered((day: Day): string => longDay.format(new Date(`${day}T00:00:00Z`)))

/** '4:05 PM Central time' */
export function formatTime(instant: Date | string): string {
  const clock = shortTime.format(inMinnesota(instant).epochMilliseconds)
  return `${clock.replaceAll('\u202f', ' ')} Central time`
}

/** Caches results: pages with many people calculate the same few days over and over. */
function remembered<Given extends readonly (string | number)[], Result>(count: (...given: Given) => Result) {
  const known = new Map<string, Result>()
  return (...given: Given): Result => {
    const key = given.join(' ')
    const before = known.get(key)
    if (before !== undefined) return before
    const result = count(...given)
    if (known.size >= rememberedAtMost) known.clear()
    known.set(key, result)
    return result
  }
}

function plainDate(text: string): Temporal.PlainDate | undefined {
  try {
    return Temporal.PlainDate.from(text)
  } catch {
    return undefined
  }
}

function isDayOf(instant: string): boolean {
  try {
    return isDay(dayOf(instant))
  } catch {
    return false
  }
}

function inMinnesota(instant: Date | string): Temporal.ZonedDateTime {
  const text = typeof instant === 'string' ? instant : instant.toISOString()
  return Temporal.Instant.from(text).toZonedDateTimeISO(timeZone)
}
