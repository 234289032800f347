/** Formats days, times and numbers. Every template can use these functions. */

import { timeZone } from '#server/lib/days.ts'

const dayFormat = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' })
const shortDayFormat = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' })
const instantDayFormat = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone })
const timeFormat = new Intl.DateTimeFormat('en-US', { timeStyle: 'short', timeZone })
const numberFormat = new Intl.NumberFormat('en-US')
const listFormat = new Intl.ListFormat('en-US', { type: 'conjunction' })

const noon = (on: string) => new Date(`${on}T12:00:00Z`)

/** `'2027-03-31'` → "March 31, 2027" */
export const day = (on: string): string => dayFormat.format(noon(on))

/** `'2027-03-31'` → "Mar 31, 2027", for tables */
export const shortDay = (on: string): string => shortDayFormat.format(noon(on))

/** An instant → "March 31, 2027, 5:30 PM Central time" */
export function instant(at: Date): string {
  const minute = Math.floor(at.getTime() / 60_000)
  if (minute !== lastInstant.minute)
    lastInstant = { minute, words: `${instantDayFormat.format(at)}, ${time(at)}` }
  return lastInstant.words
}

/** The minute asked for last, since every page to print says when it was printed. */
let lastInstant: Readonly<{ minute: number; words: string }> = { minute: Number.NaN, words: '' }

/** An instant → "5:30 PM Central time" */
export const time = (at: Date): string => `${timeFormat.format(at)} Central time`

/** 160 → "2 h 40 min" */
export function minutes(count: number): string {
  const hours = Math.floor(count / 60)
  const rest = count % 60
  if (hours === 0) return `${rest} min`
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
}

/** 3, "lesson" → "3 lessons"; 1, "person", "people" → "1 person" */
export const count = (many: number, one: string, more = `${one}s`): string =>
  `${number(many)} ${many === 1 ? one : more}`

/** How long to wait, in seconds → "45 seconds", "12 minutes", never less than it is */
export const waitInWords = (seconds: number): string =>
  seconds < 90 ? count(seconds, 'second') : count(Math.ceil(seconds / 60), 'minute')

/** How much time passed, in seconds, rounded → "40 seconds", "12 minutes", "3 hours", "2 days" */
export function duration(seconds: number): string {
  if (seconds < 60) return count(Math.round(seconds), 'second')
  if (seconds < 90 * 60) return count(Math.round(seconds / 60), 'minute')
  if (seconds < 36 * 3600) return count(Math.round(seconds / 3600), 'hour')
  return count(Math.round(seconds / 86_400), 'day')
}

/** 11250 → "11,250" */
export const number = (value: number): string =>
  Number.isInteger(value) && value >= 0 && value < 1000 ? String(value) : numberFormat.format(value)

/** ["A", "B", "C"] → "A, B, and C" */
export const list = (items: readonly string[]): string => listFormat.format(items)
