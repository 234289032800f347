import { addMonths, type Day } from '#server/lib/days.ts'

type HoursKind = 'courses' | 'outside' | 'own'

/** Hours of one training of one person. */
export type TrainingHours = Readonly<{
  person_id: string
  name: string
  on: Day
  kind: HoursKind
  hours: number
}>

export type HourCost = Readonly<{
  id: string
  per_hour: number
  from_on: Day
  recorded_at: Date
  recorded_by_name: string
}>

/** Hours by kind, and what they cost. Null where no cost is known for any of them. */
type HoursSum = Readonly<Record<HoursKind, number>> & Readonly<{ hours: number; cost: number | null }>

export type HoursLine = HoursSum & Readonly<{ person_id: string; name: string; month: string }>

type HoursReport = Readonly<{
  total: HoursSum
  people: readonly (HoursSum & Readonly<{ person_id: string; name: string }>)[]
  months: readonly (HoursSum & Readonly<{ month: string }>)[]
  /** One line for each person and month, for the file. */
  lines: readonly HoursLine[]
}>

/** What an hour cost on a day. Null before the first cost on record. */
const costOn = (costs: readonly HourCost[], on: Day): number | null =>
  costs.findLast(({ from_on }) => from_on <= on)?.per_hour ?? null

/** The hours of a period by month and by person, the most hours first, with what they cost. */
export function hoursReport(
  trainings: readonly TrainingHours[],
  costs: readonly HourCost[],
  { from_on, to_on }: Readonly<{ from_on: Day; to_on: Day }>,
): HoursReport {
  const sum = (some: readonly TrainingHours[]) => sumOf(some, costs)
  const byPerson = Map.groupBy(trainings, ({ person_id }) => person_id)
  const byMonth = Map.groupBy(trainings, ({ on }) => on.slice(0, 7))
  return {
    total: sum(trainings),
    people: [...byPerson]
      .map(([person_id, some]) => ({ person_id, name: some[0]?.name ?? '', ...sum(some) }))
      .toSorted((a, b) => b.hours - a.hours || a.name.localeCompare(b.name, 'en-US')),
    months: monthsOf(from_on, to_on).map((month) => ({ month, ...sum(byMonth.get(month) ?? []) })),
    lines: [...Map.groupBy(trainings, ({ person_id, on }) => `${on.slice(0, 7)} ${person_id}`)]
      .map(([key, some]) => ({
        month: key.slice(0, 7),
        person_id: some[0]?.person_id ?? '',
        name: some[0]?.name ?? '',
        ...sum(some),
      }))
      .toSorted((a, b) => a.month.localeCompare(b.month) || a.name.localeCompare(b.name, 'en-US')),
  }
}

function sumOf(trainings: readonly TrainingHours[], costs: readonly HourCost[]): HoursSum {
  const of = (kind: HoursKind) =>
    round(trainings.filter((one) => one.kind === kind).reduce((all, { hours }) => all + hours, 0))
  const priced = trainings.flatMap(({ on, hours }) => {
    const perHour = costOn(costs, on)
    return perHour === null ? [] : [perHour * hours]
  })
  return {
    courses: of('courses'),
    outside: of('outside'),
    own: of('own'),
    hours: round(trainings.reduce((all, { hours }) => all + hours, 0)),
    cost: priced.length > 0 ? round(priced.reduce((all, one) => all + one, 0)) : null,
  }
}

/** Sums of hours and dollars are shown to the hundredth. */
const round = (sum: number) => Math.round(sum * 100) / 100

/** Each month of a period: '2026-03'. */
function monthsOf(from: Day, to: Day): readonly string[] {
  const months: string[] = []
  for (let first = `${from.slice(0, 7)}-01`; first <= to; first = addMonths(first, 1))
    months.push(first.slice(0, 7))
  return months
}
