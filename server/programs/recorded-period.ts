import { holds } from '#server/law/facts/periods.ts'
import { type Day, formatDay } from '#server/lib/days.ts'

/** A period on record. Both days belong to it; `to_on` is null when no end is known. */
export type RecordedPeriod = Readonly<{ from_on: Day; to_on: Day | null }>

export const includesDay = ({ from_on, to_on }: RecordedPeriod, day: Day): boolean =>
  holds({ from: from_on, to: to_on }, day)

/** Whether two periods have a day in common. */
export const sharesDay = (a: RecordedPeriod, b: RecordedPeriod): boolean =>
  (a.to_on === null || b.from_on <= a.to_on) && (b.to_on === null || a.from_on <= b.to_on)

/** '…, March 3, 2025 to June 1, 2025' or '… since March 3, 2025' */
export const periodWords = ({ from_on, to_on }: RecordedPeriod): string =>
  to_on === null ? `since ${formatDay(from_on)}` : `${formatDay(from_on)} to ${formatDay(to_on)}`
