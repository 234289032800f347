import type { Credit } from '#server/law/facts/evidence.ts'
import { covers, overlap, type Period, without } from '#server/law/facts/periods.ts'
import type { Situation } from '#server/law/reasons/situation.ts'
import { addDays, compareInstants, type Day } from '#server/lib/days.ts'
import type { Turn } from './annual-clock.ts'
import type { InitialDue } from './initial-due.ts'
import { initialLateness } from './initial-due.ts'

/**
 * The required days between a yearly date and the training that came after it, or `until` where none has: the days on
 * which the training was overdue. The day on which it was done is one of them.
 */
export function missedAfter(
  due: Day,
  done: Credit | null,
  situation: Situation,
  until: Day,
): readonly Period[] {
  const last = done?.held ?? until
  if (last <= due) return []
  const missed = overlap(situation.requiredDays, [{ from: addDays(due, 1), to: last }])
  return done && doneBeforeReturning(done, situation) ? without(missed, [{ from: last, to: last }]) : missed
}

/** The required days before the initial training was complete, in the employment at hand. */
export function missedInitially(
  due: InitialDue,
  done: Credit | null,
  situation: Situation,
): readonly Period[] {
  const from = due.by === 'before-contact' ? due.first : addDays(due.on, 1)
  const last = done?.held ?? situation.on
  if (last < from || (done && initialLateness(due, done, situation) === 0)) return []
  return overlap(situation.requiredDays, [{ from, to: last }])
}

/** Of the turn at hand: the days by which its own training came late. */
export function missedByTurn({ metDue, credit }: Turn, situation: Situation): readonly Period[] {
  return metDue === null ? [] : missedAfter(metDue, credit, situation, credit.held)
}

/** Done on the day that contact resumed is done before it, unless the clock says otherwise (as in R2). */
function doneBeforeReturning(
  { held, day, training }: Credit,
  { requiredDays, employments, program }: Situation,
): boolean {
  if (program.settings.same_day_contact === 'day-before' || covers(requiredDays, addDays(held, -1)))
    return false
  const began =
    employments.flatMap(({ contact }) => contact ?? []).find(({ from }) => from === held)?.fromAt ?? null
  return began === null || training.at === null || day !== held || compareInstants(training.at, began) < 0
}
