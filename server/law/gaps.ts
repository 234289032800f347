import { agencyYear, hoursIn } from '#server/law/child-protection/annual-hours.ts'
import { childProtectionFoundation } from '#server/law/child-protection/child-protection.ts'
import { doneBy } from '#server/law/facts/as-known.ts'
import { evidenceOf } from '#server/law/facts/evidence.ts'
import type { Duties, Facts, Program } from '#server/law/facts/facts.ts'
import type { Period } from '#server/law/facts/periods.ts'
import { type RequirementId, requirementOn } from '#server/law/facts/ruleset.ts'
import { agenciesOf, dutiesAt } from '#server/law/reasons/duties.ts'
import { programsOf, type Situation, situationAt } from '#server/law/reasons/situation.ts'
import { initialCredit, initialDue } from '#server/law/residential/initial-due.ts'
import { missedAfter, missedInitially } from '#server/law/residential/missed-days.ts'
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

/** A stretch of days on which a requirement applied and was not met, both days of it. */
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
    ...known.duties.flatMap((duties) => foundationGap(known, duties, on)),
    ...agenciesOf(known).flatMap((agency) => agencyHourGaps(known, agency, on)),
  ].sort((a, b) => compareDays(a.from, b.from))
}

function programGaps(facts: Facts, program: Program, on: Day): readonly Gap[] {
  const now = situationAt(facts, program, on)
  const employments = now.employments.filter(({ hiredOn }) => hiredOn === null || hiredOn <= on)
  const initial = employments.flatMap((assignment) => {
    const end = assignment.separatedOn !== null && assignment.separatedOn < on ? assignment.separatedOn : on
    return initialGaps({ ...situationAt(facts, program, end), assignment }, facts, on)
  })
  const { turns } = yearlyTurns(now, facts.trainings)
  const yearly = turns.flatMap((turn, index) => {
    const done = turns[index + 1]?.credit ?? null
    return missedAfter(turn.due, done, now, on).map((period) =>
      gap('residential-annual', program.id, period, done ? false : period.to === on, [
        `The yearly training was due by ${formatDay(turn.due)}`,
        done ? `and was done on ${formatDay(done.day)}` : 'and has not been done',
      ]),
    )
  })
  return [...initial, ...yearly]
}

function initialGaps(situation: Situation, { trainings }: Facts, on: Day): readonly Gap[] {
  const due = initialDue(situation)
  if (!due) return []
  const { satisfied_by } = requirementOn('residential-initial', on)
  const credit = initialCredit(situation, evidenceOf(satisfied_by, trainings, on, situation.program))
  return missedInitially(due, credit, situation).map((period) =>
    gap('residential-initial', situation.program.id, period, !credit && period.to === on, [
      `The initial training was due ${due.by === 'before-contact' ? `before contact began on ${formatDay(due.first)}` : `by ${formatDay(due.on)}`}`,
      credit ? `and was done on ${formatDay(credit.day)}` : 'and has not been done',
    ]),
  )
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
  // In a later stretch of the same employment the days before it are told with the earlier one.
  const earlier = facts.duties.some(
    (other) =>
      other.agency === agency && other.hiredOn === duties.hiredOn && dutiesBegan(other) < dutiesBegan(duties),
  )
  const from = earlier ? laterOf(addDays(due, 1), dutiesBegan(duties)) : addDays(due, 1)
  if (to < from) return []
  return [
    gap('child-protection-foundation', agency, { from, to }, done === null && to === on, [
      `The foundation training was due by ${formatDay(due)}`,
      done === null ? 'and has not been done' : `and was done on ${formatDay(done)}`,
    ]),
  ]
}

function dutiesBegan({ from, hiredOn }: Duties): Day {
  return from ?? hiredOn ?? ''
}

/** A year in which duties ended and came back is told once. */
function agencyHourGaps(facts: Facts, agency: string, on: Day): readonly Gap[] {
  const all = facts.duties
    .filter((duties) => duties.agency === agency)
    .flatMap((each) => hourGaps(facts, each, on))
  return all.filter(({ from }, index) => all.findIndex((other) => other.from === from) === index)
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
        gap('annual-hours', duties.agency, year, false, [
          `${Math.round(hours * 100) / 100} of ${needed} hours are on record for the year that ended on ${formatDay(year.to)}`,
        ]),
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
  words: readonly string[],
): Gap {
  const end = to ?? from
  return {
    requirement,
    program,
    from,
    to: end,
    days: daysBetween(from, end) + 1,
    open,
    why: `${words.join(' ')}.`,
  }
}
