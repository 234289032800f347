import { agencyYear } from '#server/law/child-protection/annual-hours.ts'
import type { Duties, Facts, Program } from '#server/law/facts/facts.ts'
import { requirementOn } from '#server/law/facts/ruleset.ts'
import { dueSoonDays } from '#server/law/reasons/due-soon.ts'
import { situationAt } from '#server/law/reasons/situation.ts'
import { possibleTrainingLists } from '#server/law/residential/possible-facts.ts'
import { yearlyTurns } from '#server/law/residential/residential-annual.ts'
import { annualDue } from '#server/law/residential/training-validity.ts'
import { addDays, addMonths, compareDays, type Day } from '#server/lib/days.ts'

/**
 * Every day after `on` on which a verdict at a program could change by itself: where something on file begins or ends,
 * comes near or has passed. A day too many does no harm, since the verdict is computed on each.
 */
export function programTurningDays(facts: Facts, program: Program, on: Day): readonly Day[] {
  const employments = facts.assignments.filter((assignment) => assignment.program === program.id)
  const { due } = requirementOn('residential-initial', on)
  return daysAfter(on, [
    ...(program.certifications ?? []).flatMap((period) => [...ends(period), ...beforehand(period.from)]),
    ...employments.flatMap(({ contact, leave, hiredOn, separatedOn }) => [
      ...(contact ?? []).flatMap(ends),
      ...leave.flatMap(ends),
      ...ends({ from: hiredOn, to: separatedOn }),
      // From then on, contact whose days are not on file may also have ended already.
      hiredOn === null ? null : addDays(hiredOn, 1),
    ]),
    ...possibleTrainingLists(facts, program, on).flatMap((trainings) =>
      yearlyTurns(situationAt(facts, program, on), trainings).turns.flatMap((turn) => aroundDue(turn.due)),
    ),
    // A training without its day was done by the day it was recorded.
    ...facts.trainings.flatMap(({ day, recordedOn }) =>
      day === null && recordedOn !== null ? [recordedOn, ...aroundDue(annualDue(recordedOn))] : [],
    ),
    due.hired_from,
    ...aroundDue(due.earlier_hires_due),
  ])
}

/** The same at a county or Tribal agency. */
export function agencyTurningDays(facts: Facts, agency: string, on: Day): readonly Day[] {
  return daysAfter(
    on,
    facts.duties.filter((duties) => duties.agency === agency).flatMap((duties) => dutiesDays(duties, on)),
  )
}

function dutiesDays(duties: Duties, on: Day): readonly (Day | null)[] {
  const { hiredOn, from, to, settings } = duties
  const { months } = requirementOn('child-protection-foundation', on).due
  const hired = hiredOn ?? from
  return [
    ...ends({ from: hiredOn, to }),
    // Whenever they began, duties cover their last day.
    from ?? to,
    ...aroundDue(agencyYear(duties, on)?.to ?? null),
    // Where the day of hire is not on file, duties that began say that it was no later.
    ...[months, settings.trafficking_due_months ?? 0].flatMap((count) =>
      aroundDue(hired === null ? null : addMonths(hired, count)),
    ),
  ]
}

/** The day it begins and the day after it ended; where its first day is not on file, it has begun by its last. */
function ends({ from, to }: { readonly from: Day | null; readonly to: Day | null }): readonly (Day | null)[] {
  return [from ?? to, to === null ? null : addDays(to, 1)]
}

/** When a due date comes near, and when it has passed. */
function aroundDue(due: Day | null): readonly (Day | null)[] {
  return due === null ? [] : [addDays(due, -dueSoonDays), addDays(due, 1)]
}

/** A certification's first day makes that day, or the day before, a due date. */
function beforehand(from: Day | null): readonly (Day | null)[] {
  return from === null ? [] : [addDays(from, -dueSoonDays), addDays(from, -dueSoonDays - 1), addDays(from, 1)]
}

function daysAfter(on: Day, days: readonly (Day | null)[]): readonly Day[] {
  return [...new Set(days.filter((day): day is Day => day !== null && day > on))].sort(compareDays)
}
