import { addDays, addMonths, compareDays, type Day } from '#server/lib/days.ts'
import { agencyYear } from './annual-hours.ts'
import type { Facts } from './facts.ts'
import { dueSoonDays } from './finding.ts'
import { yearlyTurns } from './residential-annual.ts'
import { requirementOn } from './ruleset.ts'
import { programsOf, situationAt } from './situation.ts'

/**
 * Every day after `on` on which a verdict could change by itself: where something on file begins, ends, comes near or
 * falls due. More days than needed do no harm; the verdict is computed on each.
 */
export function turningDays(facts: Facts, on: Day): readonly Day[] {
  const turning = new Set<Day>()
  for (const day of [...datesIn(facts), ...dueDatesIn(facts, on)])
    for (const offset of offsets) turning.add(addDays(day, offset))
  return [...turning].filter((day) => day > on).sort(compareDays)
}

// What begins on a day may be due the day before it, and comes near some days before either.
const offsets = [-dueSoonDays - 1, -dueSoonDays, -1, 0, 1]

function datesIn({ programs, assignments, duties }: Facts): readonly Day[] {
  const spans = [
    ...programs.flatMap(({ certifications }) => certifications ?? []),
    ...assignments.flatMap(({ contact, leave, hiredOn, separatedOn }) => [
      ...(contact ?? []),
      ...leave,
      { from: hiredOn, to: separatedOn },
    ]),
    ...duties.flatMap(({ hiredOn, from, to }) => [
      { from: hiredOn, to },
      { from, to },
    ]),
  ]
  return spans.flatMap(({ from, to }) => [from, to]).filter((day) => day !== null)
}

function dueDatesIn(facts: Facts, on: Day): readonly Day[] {
  const yearly = programsOf(facts).flatMap((program) =>
    yearlyTurns(situationAt(facts, program, on), facts.trainings).turns.map(({ due }) => due),
  )
  const { months } = requirementOn('child-protection-foundation', on).due
  const duties = facts.duties.flatMap((each) => [
    agencyYear(each, on)?.to ?? null,
    each.hiredOn === null ? null : addMonths(each.hiredOn, months),
    each.from === null ? null : addMonths(each.from, each.settings.trafficking_due_months ?? 0),
  ])
  const transition = requirementOn('residential-initial', on).due.earlier_hires_due
  return [...yearly, ...duties.filter((day) => day !== null), transition]
}
