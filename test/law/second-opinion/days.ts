// Calendar days as plain numbers, counted from January 1, 1970.

export type Period = { from: number; to: number }

export const ALWAYS = 100_000
const LONG_AGO = -25_567

/** Keeps the answers, a bounded number: the same few thousand days come again in every life, instants hardly ever. */
const kept = <From, To>(find: (from: From) => To) => {
  const answers = new Map<From, To>()
  return (from: From): To => {
    const known = answers.get(from)
    if (known !== undefined) return known
    const found = find(from)
    if (answers.size >= 20_000) answers.clear()
    answers.set(from, found)
    return found
  }
}

export const day = kept((text: string) => Date.parse(`${text}T00:00:00Z`) / 86_400_000)
export const textOf = kept((n: number) => new Date(n * 86_400_000).toISOString().slice(0, 10))
export const endOf = (text: string | null | undefined) => (text ? day(text) : ALWAYS)
export const startOf = (text: string | null | undefined) => (text ? day(text) : LONG_AGO)

export const covers = (periods: Period[], n: number) => periods.some((it) => it.from <= n && n <= it.to)

const inMinnesota = new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/Chicago', dateStyle: 'short' })

/** The Minnesota day of an instant (R0). */
export const minnesotaDay = kept((instant: string) => day(inMinnesota.format(new Date(instant))))

/** The same day of the month some months later, or the last day of a shorter month. */
export const monthsAfter = (n: number, months: number) => {
  const date = new Date(n * 86_400_000)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months]
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(date.getUTCDate(), last)) / 86_400_000
}

/** R4: the last day of the same month of the next year. */
export const yearlyDate = kept((n: number) => {
  const date = new Date(n * 86_400_000)
  return Date.UTC(date.getUTCFullYear() + 1, date.getUTCMonth() + 1, 0) / 86_400_000
})
