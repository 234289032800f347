import { addDays, type Day } from '#server/lib/days.ts'

/** A day of hire more than this many days before it is recorded needs a second person. */
const backdatedDays = 30

type Hire = Readonly<{ assignment_id: string; hired_on: Day }>

/** Of these employments, the ones whose day of hire is new or changed, and long before today. */
export function backdatedHires<T extends Hire>(
  hires: readonly T[],
  recorded: readonly Hire[],
  today: Day,
): readonly T[] {
  const before = new Map(recorded.map(({ assignment_id, hired_on }) => [assignment_id, hired_on]))
  return hires.filter(
    ({ assignment_id, hired_on }) =>
      hired_on < addDays(today, -backdatedDays) && before.get(assignment_id) !== hired_on,
  )
}
