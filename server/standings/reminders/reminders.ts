import { dueSoonDays } from '#server/law/reasons/due-soon.ts'
import { type Day, daysBetween } from '#server/lib/days.ts'
import { type DatedStanding, isOverdue, openDate } from './open-date.ts'

/** People are reminded so many days before a date, first when it becomes due soon. */
export const remindedDaysAhead: readonly number[] = [dueSoonDays, 30, 14, 7, 1]

/** So many days after someone stopped being cleared, the program's administrator hears of it, and the holder's lead. */
export type Escalation = Readonly<{ administratorDays: number; holderDays: number }>

type Reminder =
  | Readonly<{ kind: 'training-due'; due_on: Day; days: number; dedupe_key: string }>
  | Readonly<{ kind: 'training-overdue'; due_on: Day | null; dedupe_key: string }>

/**
 * The reminder that a standing asks for on a day. Each mark is passed once: a day on which nothing could be sent, or a
 * date that was set late, is made up for by the nearest mark.
 */
export function reminderOf(standing: DatedStanding, today: Day): Reminder | null {
  const { requirement } = standing
  if (isOverdue(standing)) {
    const { due_on } = standing
    return {
      kind: 'training-overdue',
      due_on,
      dedupe_key: `overdue ${requirement} ${due_on ?? 'before contact'}`,
    }
  }
  const due_on = openDate(standing)
  if (!due_on) return null
  const days = daysBetween(today, due_on)
  const mark = remindedDaysAhead.findLast((ahead) => days <= ahead)
  if (days < 0 || mark === undefined) return null
  return { kind: 'training-due', due_on, days, dedupe_key: `due ${requirement} ${due_on} ${mark}` }
}

/** Whether a standing still asks for what a reminder of this requirement and date said. */
export const isStillOpen = (standing: DatedStanding, requirement: string, due_on: Day | null): boolean =>
  standing.requirement === requirement &&
  (isOverdue(standing) ? standing.due_on === due_on : due_on !== null && openDate(standing) === due_on)

/** Whether a standing asks for anything now: what is late, or due within the first mark. */
export const asksForSomething = (standing: DatedStanding, today: Day): boolean =>
  standing.standing === 'due_before_contact' || reminderOf(standing, today) !== null
