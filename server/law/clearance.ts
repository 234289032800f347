import { doneBy } from '#server/law/facts/as-known.ts'
import type { Facts, Program } from '#server/law/facts/facts.ts'
import type { ClearanceAnswer } from '#server/law/reasons/answer-schema.ts'
import { type Finding, isShort } from '#server/law/reasons/finding.ts'
import { asIfInContact, type Situation, situationAt } from '#server/law/reasons/situation.ts'
import { residentialAnnual } from '#server/law/residential/residential-annual.ts'
import { residentialInitial } from '#server/law/residential/residential-initial.ts'
import { addDays, type Day } from '#server/lib/days.ts'
import { type ClearanceVerdict, clearanceReasons } from './clearance-reasons.ts'
import { programTurningDays } from './turning-days.ts'

/**
 * May this person have direct contact at this program on this day? Always asked as if contact were on that day, so that
 * it answers for who is about to begin. It speaks of this training alone.
 */
export function clearanceVerdict(facts: Facts, program: Program, on: Day): ClearanceVerdict {
  const situation = situationAt(facts, program, on)
  const supposed = asIfInContact(situation)
  const findings = [
    residentialInitial(supposed, facts.trainings),
    residentialAnnual(supposed, facts.trainings),
  ]
  return { program: program.id, answer: answerOf(situation, findings), situation, findings }
}

/** The last day of the answer “yes”, if nothing more is recorded; null where it has no end in sight. */
export function clearedUntil(facts: Facts, program: Program, on: Day): Day | null {
  const known = doneBy(facts, on)
  for (const day of programTurningDays(known, program, on))
    if (clearanceVerdict(known, program, day).answer !== 'yes') return addDays(day, -1)
  return null
}

export function clearance(facts: Facts, program: Program, on: Day): ClearanceAnswer {
  const verdict = clearanceVerdict(facts, program, on)
  const until = verdict.answer === 'yes' ? clearedUntil(facts, program, on) : null
  return { program: program.id, answer: verdict.answer, until, because: clearanceReasons(verdict, until) }
}

function answerOf(
  { assignment, roster }: Situation,
  findings: readonly Finding[],
): ClearanceAnswer['answer'] {
  if (roster === 'off') return 'no'
  if (findings.some(isShort)) return 'no'
  if (assignment?.hiredOn === null || findings.some(({ standing }) => standing === 'unknown'))
    return 'unknown'
  return 'yes'
}
