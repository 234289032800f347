import { scaleBand, scaleLinear } from 'd3-scale'
import { addMonths, type Day } from '#server/lib/days.ts'
import type { TeamRow } from './queries.ts'
import { nextDue } from './team.ts'

export type Month = Readonly<{
  month: string
  label: string
  completions: number
  lapses: number
  isPast: boolean
}>

/** A year back and a year ahead, month by month: what was completed, and what falls due if nobody renews. */
export function forecast(
  rows: readonly TeamRow[],
  completed: readonly { month: string; completions: number }[],
  today: Day,
): readonly Month[] {
  const now = today.slice(0, 7)
  const done = new Map(completed.map(({ month, completions }) => [month, completions]))
  const due = new Map<string, number>()
  for (const row of rows) {
    const month = nextDue(row)?.slice(0, 7)
    if (month && month >= now) due.set(month, (due.get(month) ?? 0) + 1)
  }
  return Array.from({ length: 24 }, (_, n) => addMonths(`${now}-01`, n - 11).slice(0, 7)).map((month) => ({
    month,
    label: monthName(month),
    completions: done.get(month) ?? 0,
    lapses: due.get(month) ?? 0,
    isPast: month < now,
  }))
}

const names = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const monthName = (month: string) => `${names[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`

/** Where each bar stands, in units of the drawing; completions upwards, dates falling due downwards. */
export function forecastChart(months: readonly Month[]) {
  const width = 720
  const height = 220
  const middle = 110
  const most = Math.max(4, ...months.map(({ completions, lapses }) => Math.max(completions, lapses)))
  const x = scaleBand(
    months.map(({ month }) => month),
    [8, width - 8],
  ).padding(0.25)
  const y = scaleLinear([0, most], [0, middle - 24])
  return {
    width,
    height,
    middle,
    bars: months.map(({ month, completions, lapses, label }, n) => ({
      x: x(month) ?? 0,
      width: x.bandwidth(),
      up: y(completions),
      down: y(lapses),
      completions,
      lapses,
      label,
      tick: n % 3 === 2 ? label.slice(0, 3) : '',
      isNow: n === 11,
    })),
  }
}
