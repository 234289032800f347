import type { Credit } from '#server/law/facts/evidence.ts'
import { countDays, covers, overlap, type Period, without } from '#server/law/facts/periods.ts'
import { certifiedDays, type Situation } from '#server/law/reasons/situation.ts'
import { addDays, compareInstants, type Day } from '#server/lib/days.ts'
import type { Turn } from './annual-clock.ts'
import { type InitialDue, sameDay } from './initial-due.ts'

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
 * How late a completion was, or is by the day asked: 0 in time, at least 1 where it came after contact began, be it on
 * the same day. Days on which the program held no certification do not count.
 */
export function initialLateness(due: InitialDue, done: Credit | null, situation: Situation): number {
  if (done && sameDay(due, done, situation) === 'after') return 1
  const last = done?.held ?? situation.on
  if (last <= due.on) return 0
  return countDays(overlap(certifiedDays(situation.program), [{ from: addDays(due.on, 1), to: last }]))
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
