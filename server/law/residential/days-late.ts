import type { Credit } from '#server/law/facts/evidence.ts'
import { countDays, covers, overlap, type Period, without } from '#server/law/facts/periods.ts'
import type { Situation } from '#server/law/reasons/situation.ts'
import { addDays, compareInstants, type Day } from '#server/lib/days.ts'
import { type InitialDue, sameDay } from './initial-due.ts'
import type { Turn } from './training-validity.ts'

/**
 * The required days between a date and the training that came after it, or `until` where none has: the days that count
 * as late. The day on which it was done is one of them.
 */
export function missedAfter(
  due: Day,
  done: Credit | null,
  situation: Situation,
  until: Day,
  required: readonly Period[] = situation.requiredDays,
): readonly Period[] {
  const last = done?.held ?? until
  if (last <= due) return []
  const missed = overlap(required, [{ from: addDays(due, 1), to: last }])
  return done && doneBeforeContact(done, situation) ? without(missed, [{ from: last, to: last }]) : missed
}

/** The required days before the initial training was complete, in the employment at hand. */
export function missedInitially(
  due: InitialDue,
  done: Credit | null,
  situation: Situation,
): readonly Period[] {
  if (done && initialLateness(due, done, situation) === 0) return []
  const before = due.by === 'before-contact' ? addDays(due.first, -1) : due.on
  return missedAfter(before, done, situation, situation.on, situation.daysHere)
}

/**
 * How late a completion was, or is by the day asked, in required days. At least 1 where it came after a date on which it
 * was required, or on that day after contact began: what was late is never shown as in time (R3).
 */
export function initialLateness(due: InitialDue, done: Credit | null, situation: Situation): number {
  const days = countDays(missedAfter(due.on, done, situation, situation.on, situation.daysHere))
  const isMissed = done && done.held > due.on && covers(situation.daysHere, due.on)
  return isMissed || (done && sameDay(due, done, situation) === 'after') ? Math.max(days, 1) : days
}

/** Of the turn at hand: the days by which its own training came late. */
export function missedByTurn({ metDue, credit }: Turn, situation: Situation): readonly Period[] {
  return metDue === null ? [] : missedAfter(metDue, credit, situation, credit.held)
}

/**
 * Done on the day that contact begins, or begins again after a leave, is done before it, unless the clock says otherwise
 * (as in R2). Where contact was going on and only the certification began, it is not.
 */
function doneBeforeContact(
  { held, day, training }: Credit,
  { contactDays, employments, program }: Situation,
): boolean {
  if (program.settings.same_day_contact === 'day-before' || covers(contactDays, addDays(held, -1)))
    return false
  const began =
    employments.flatMap(({ contact }) => contact ?? []).find(({ from }) => from === held)?.fromAt ?? null
  return began === null || training.at === null || day !== held || compareInstants(training.at, began) < 0
}
