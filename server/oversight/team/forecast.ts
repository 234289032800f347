import { scaleBand, scaleLinear } from 'd3-scale'
import { addMonths, type Day } from '#server/lib/days.ts'
import { type TeamRow, yearBack } from './team.queries.ts'
import { type InMonth, openDates } from './team.ts'

type Month = Readonly<{
  month: string
  label: string
  completions: number
  /** The number of requirements that lapsed. */
  lapses: number
  /** The number of due dates, if no one renews. */
  due: number
}>

/** A year back and a year ahead of a day, month by month. */
export function forecast(rows: readonly TeamRow[], on: Day): readonly Month[] {
  const people = new Map(rows.map((row) => [row.person_id, row.completed]))
  const completions = countByMonth([...people.values()].flat())
  const lapses = countByMonth(rows.flatMap(({ standings }) => standings.flatMap((one) => one.lapses)))
  const due = countByMonth(rows.flatMap((row) => openDates(row).filter((day) => day >= on)))
  return Array.from({ length: 24 }, (_, n) => addMonths(yearBack(on), n).slice(0, 7)).map((month) => ({
    month,
    label: monthName(month),
    completions: completions.get(month) ?? 0,
    lapses: lapses.get(month) ?? 0,
    due: due.get(month) ?? 0,
  }))
}

function countByMonth(days: readonly Day[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const day of days) counts.set(day.slice(0, 7), (counts.get(day.slice(0, 7)) ?? 0) + 1)
  return counts
}

/** Where each of a month's numbers opens its people. */
export function monthLinks(month: string, address: (change: Partial<Record<string, string>>) => string) {
  const to = (what: InMonth['what']) => `${address({ ...unfiltered, what, month })}#people`
  return { completedHref: to('completed'), lapsedHref: to('lapsed'), dueHref: to('due') }
}

const unfiltered = { show: '', search: '', page: '', role: '', unit: '', worker: '' }

/** "fall due in Mar 2027" */
export const inMonthWords = ({ what, month }: InMonth): string =>
  `${{ due: 'fall due', completed: 'completed a course', lapsed: 'lapsed' }[what]} in ${monthName(month)}`

const names = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const monthName = (month: string) => `${names[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`

/** The sentence above the chart. */
export function forecastTitle(months: readonly Month[], isToday: boolean): string {
  const ahead = months.slice(months.length / 2 - 1)
  const due = ahead.reduce((sum, month) => sum + month.due, 0)
  const year = isToday ? 'in the year ahead' : 'in the year after'
  if (due === 0) return `Nothing ${isToday ? 'falls' : 'was to fall'} due ${year}.`
  const most = ahead.reduce((a, b) => (b.due > a.due ? b : a))
  const dates = due === 1 ? '1 date' : `${due.toLocaleString('en-US')} dates`
  const fall = isToday ? (due === 1 ? 'falls' : 'fall') : due === 1 ? 'was to fall' : 'were to fall'
  const isMost = ahead.filter((month) => month.due === most.due).length === 1
  const first = ahead.find((month) => month.due > 0)!.label
  const when =
    most.due === due
      ? `in ${most.label}`
      : isMost
        ? `most in ${most.label} (${most.due})`
        : `the first in ${first}`
  return `${dates} ${fall} due ${year}, ${when}.`
}

/** The position of each bar, in SVG units: completions upward, lapses and due dates downward. */
export function forecastChart(months: readonly Month[]) {
  const width = 720
  const height = 260
  const middle = 128
  const most = Math.max(4, ...months.map((month) => Math.max(month.completions, month.lapses + month.due)))
  const x = scaleBand(
    months.map(({ month }) => month),
    [8, width - 8],
  ).padding(0.2)
  const y = scaleLinear([0, most], [0, middle - 56])
  return {
    width,
    height,
    middle,
    bars: months.map(({ month, completions, lapses, due, label }, n) => ({
      x: x(month) ?? 0,
      width: x.bandwidth(),
      up: y(completions),
      lapsed: y(lapses),
      down: y(lapses + due),
      completions,
      below: lapses + due,
      month,
      label,
      // Labels the first month of each quarter, and the year at January.
      tick: (Number(month.slice(5)) - 1) % 3 === 0 ? label.slice(0, 3) : '',
      year: month.endsWith('-01') ? month.slice(0, 4) : '',
      isNow: n === 11,
    })),
  }
}
