import { doneBy } from '#server/law/facts/as-known.ts'
import type { Facts, Program } from '#server/law/facts/facts.ts'
import type { ClearanceAnswer } from '#server/law/reasons/answer-schema.ts'
import { isShort } from '#server/law/reasons/finding.ts'
import { situationAt } from '#server/law/reasons/situation.ts'
import { type PossibleFacts, possibleFacts } from '#server/law/residential/possible-facts.ts'
import { programFindings, programVerdicts } from '#server/law/residential/residential.ts'
import { addDays, type Day } from '#server/lib/days.ts'
import { type ClearanceVerdict, clearanceReasons } from './clearance-reasons.ts'
import { programTurningDays } from './turning-days.ts'

type Answer = ClearanceAnswer['answer']

/**
 * May this person have direct contact at this program on this day? Always asked as if contact were on that day, so that
 * it answers for someone about to begin. Someone on leave that day may not. It speaks of this training alone.
 */
export function clearanceVerdict(facts: Facts, program: Program, on: Day): ClearanceVerdict {
  return {
    program: program.id,
    answer: clearanceAnswer(facts, program, on),
    situation: situationAt(facts, program, on),
    findings: programFindings(facts, program, on, true),
    standing: programFindings(facts, program, on),
  }
}

/** The answer alone: what every value of a missing fact agrees on. */
export function clearanceAnswer(facts: Facts, program: Program, on: Day): Answer {
  let answer: Answer | null = null
  for (const way of possibleWays(facts, program, on)) {
    const one = answerIn(way, on)
    if (answer !== null && answer !== one) return 'unknown'
    answer = one
  }
  return answer ?? 'unknown'
}

/** The last day of the answer “yes”, if nothing more is recorded; null where it has no end in sight. */
export function clearedUntil(facts: Facts, program: Program, on: Day): Day | null {
  const known = doneBy(facts, on)
  let end: Day | null = null
  for (const way of possibleWays(known, program, on)) {
    const days = programTurningDays(way.facts, way.program, on)
    const no = days.find((day) => (end === null || day < end) && answerIn(way, day) === 'no')
    end = no ?? end
  }
  return end === null ? null : addDays(end, -1)
}

export function clearance(facts: Facts, program: Program, on: Day): ClearanceAnswer {
  const verdict = clearanceVerdict(facts, program, on)
  const until = verdict.answer === 'yes' ? clearedUntil(facts, program, on) : null
  return {
    program: program.id,
    answer: verdict.answer,
    until,
    on_leave: verdict.situation.onLeave,
    because: clearanceReasons(verdict, until),
  }
}

/** None where the records conflict, or too many facts are missing. */
function possibleWays(facts: Facts, program: Program, on: Day): Iterable<PossibleFacts> {
  if (facts.conflicts.some(({ place }) => place === program.id)) return []
  return possibleFacts(facts, program, on, true)
}

function answerIn({ facts, program }: PossibleFacts, on: Day): 'yes' | 'no' {
  const { roster, onLeave } = situationAt(facts, program, on)
  if (roster === 'off' || onLeave) return 'no'
  return programVerdicts(facts, program, on, true).some(isShort) ? 'no' : 'yes'
}
