import { agencyYear, hoursIn } from '#server/law/child-protection/annual-hours.ts'
import { childProtectionFoundation } from '#server/law/child-protection/child-protection.ts'
import { doneBy } from '#server/law/facts/as-known.ts'
import { evidenceOf } from '#server/law/facts/evidence.ts'
import type { Duties, Facts, Program } from '#server/law/facts/facts.ts'
import { overlap, type Period } from '#server/law/facts/periods.ts'
import { type RequirementId, requirementOn } from '#server/law/facts/ruleset.ts'
import { agenciesOf, dutiesAt } from '#server/law/reasons/duties.ts'
import { continues, programsOf, type Situation, situationAt } from '#server/law/reasons/situation.ts'
import { missedAfter, missedInitially } from '#server/law/residential/days-late.ts'
import { initialCredit, initialDue } from '#server/law/residential/initial-due.ts'
import {
  coveredByUndated,
  type PossibleFacts,
  possibleFacts,
} from '#server/law/residential/possible-facts.ts'
import { yearlyTurns } from '#server/law/residential/residential-annual.ts'
import {
  addDays,
  compareDays,
  type Day,
  daysBetween,
  earlierOf,
  formatDay,
  laterOf,
} from '#server/lib/days.ts'

/** A period on which a requirement applied and was not met, both days of it. */
export type Gap = {
  readonly requirement: RequirementId
  readonly program: string
  readonly from: Day
  readonly to: Day
  readonly days: number
  /** Whether it was still open on the day asked. */
  readonly open: boolean
  readonly why: string
}

/** Every gap up to a day, the oldest first: the history that a licensing review looks for. */
export function gaps(facts: Facts, on: Day): readonly Gap[] {
  const known = doneBy(facts, on)
  return [
    ...programsOf(known).flatMap((program) => programGaps(known, program, on)),
    ...agenciesOf(known)
      .filter((agency) => !known.conflicts.some(({ place }) => place === agency))
      .flatMap((agency) => agencyGaps(known, agency, on)),
  ].sort((a, b) => compareDays(a.from, b.from))
}

/** What a value of a missing fact would deny is no gap, and where records conflict none is certain. */
function programGaps(facts: Facts, program: Program, on: Day): readonly Gap[] {
  const isConflicting = facts.conflicts.some(({ place }) => place === program.id)
  if (isConflicting) return []
  const [first = [], ...others] = [...possibleFacts(facts, program, on)].map((way) => gapsIn(way, on))
  const covered = coveredByUndated(facts, on)
  return others
    .reduce(inBoth, first)
    .filter(
      ({ requirement, to }) => requirement === 'residential-initial' || covered === null || to > covered,
    )
    .map((one) =>
      covered !== null && one.from <= covered && one.requirement === 'residential-annual'
        ? gap(one.requirement, one.program, { from: addDays(covered, 1), to: one.to }, one.open, one.why)
        : one,
    )
}

function inBoth(some: readonly Gap[], others: readonly Gap[]): readonly Gap[] {
  return some.flatMap((one) => {
    const alike = others.filter(({ requirement }) => requirement === one.requirement)
    return overlap([one], alike).map((period) => {
      const other = alike.find((each) => each.from <= period.from && period.from <= each.to)
      const isSame = other?.why === one.why
      return gap(
        one.requirement,
        one.program,
        period,
        one.open && period.to === one.to,
        isSame ? one.why : 'The training was not complete, whatever the missing fact turns out to be.',
      )
    })
  })
}

function gapsIn({ facts, program }: PossibleFacts, on: Day): readonly Gap[] {
  const now = situationAt(facts, program, on)
  const employments = now.employments.filter(({ hiredOn }) => hiredOn === null || hiredOn <= on)
  const initial = employments.flatMap((assignment, index) => {
    // An employment that goes on in the next is looked at with it.
    const next = employments[index + 1]
    if (next && continues(assignment, next, program)) return []
    const end = assignment.separatedOn !== null && assignment.separatedOn < on ? assignment.separatedOn : on
    return initialGaps(situationAt(facts, program, end, assignment), facts, on)
  })
  const { turns } = yearlyTurns(now, facts.trainings)
  const yearly = turns.flatMap((turn, index) => {
    const done = turns[index + 1]?.credit ?? null
    return missedAfter(turn.due, done, now, on).map((period) =>
      gap(
        'residential-annual',
        program.id,
        period,
        done ? false : period.to === on,
        `The yearly training was due by ${formatDay(turn.due)} ${done ? `and was done on ${formatDay(done.day)}` : 'and has not been done'}.`,
      ),
    )
  })
  return [...initial, ...yearly]
}

function initialGaps(situation: Situation, { trainings }: Facts, on: Day): readonly Gap[] {
  const { satisfied_by } = requirementOn('residential-initial', on)
  const credit = initialCredit(situation, evidenceOf(satisfied_by, trainings, on, situation.program))
  const due = initialDue(situation, credit)
  if (!due) return []
  const dueWords =
    due.by === 'before-contact'
      ? `before contact began on ${formatDay(due.first)}`
      : `by ${formatDay(due.on)}`
  const doneWords = credit ? `and was done on ${formatDay(credit.day)}` : 'and has not been done'
  return missedInitially(due, credit, situation).map((period) =>
    gap(
      'residential-initial',
      situation.program.id,
      period,
      !credit && period.to === on,
      `The initial training was due ${dueWords} ${doneWords}.`,
    ),
  )
}

/** A year in which duties ended and came back is told once. */
function agencyGaps(facts: Facts, agency: string, on: Day): readonly Gap[] {
  const all = facts.duties.filter((duties) => duties.agency === agency)
  const hours = all.flatMap((duties) => hourGaps(facts, duties, on))
  return [
    ...all.flatMap((duties) => foundationGap(facts, duties, on)),
    ...hours.filter(({ from }, index) => hours.findIndex((other) => other.from === from) === index),
  ]
}

function foundationGap(facts: Facts, duties: Duties, on: Day): readonly Gap[] {
  const { agency } = duties
  const end = duties.to === null ? on : earlierOf(duties.to, on)
  if (duties.hiredOn === null || duties.hiredOn > on) return []
  const {
    due_on: due,
    satisfied_on: done,
    standing,
  } = childProtectionFoundation({ ...dutiesAt(facts, agency, end), duties }, facts.trainings)
  const to = done === null ? end : earlierOf(done, end)
  if (due === null || to <= due || standing === 'unknown') return []
  // In a later period of the same employment, the earlier period’s gap holds the days before it.
  const earlier = facts.duties.some(
    (other) =>
      other.agency === agency && other.hiredOn === duties.hiredOn && dutiesBegan(other) < dutiesBegan(duties),
  )
  const from = earlier ? laterOf(addDays(due, 1), dutiesBegan(duties)) : addDays(due, 1)
  if (to < from) return []
  const doneWords = done === null ? 'and has not been done' : `and was done on ${formatDay(done)}`
  return [
    gap(
      'child-protection-foundation',
      agency,
      { from, to },
      done === null && to === on,
      `The foundation training was due by ${formatDay(due)} ${doneWords}.`,
    ),
  ]
}

function dutiesBegan({ from, hiredOn }: Duties): Day {
  return from ?? hiredOn ?? ''
}

/** Years that have ended with fewer hours than needed, where duties covered any of the year. */
function hourGaps(facts: Facts, duties: Duties, on: Day): readonly Gap[] {
  if (duties.from === null) return []
  const found: Gap[] = []
  const needed = requirementOn('annual-hours', on).due.hours
  let year = agencyYear(duties, duties.from)
  while (year !== null && year.to < on && (duties.to === null || year.from <= duties.to)) {
    const { hours, reachedOn } = hoursIn(year, facts.trainings, year.to)
    if (reachedOn === null)
      found.push(
        gap(
          'annual-hours',
          duties.agency,
          year,
          false,
          `${Math.round(hours * 100) / 100} of ${needed} hours are on record for the year that ended on ${formatDay(year.to)}.`,
        ),
      )
    year = agencyYear(duties, addDays(year.to, 1))
  }
  return found
}

function gap(
  requirement: RequirementId,
  program: string,
  { from, to }: Period,
  open: boolean,
  why: string,
): Gap {
  const end = to ?? from
  return {
    requirement,
    program,
    from,
    to: end,
    days: daysBetween(from, end) + 1,
    open,
    why,
  }
}
