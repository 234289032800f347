import { annualHours } from '#server/law/child-protection/annual-hours.ts'
import {
  childProtectionFoundation,
  childProtectionTrafficking,
} from '#server/law/child-protection/child-protection.ts'
import { asKnown } from '#server/law/facts/as-known.ts'
import type { Facts } from '#server/law/facts/facts.ts'
import type { Answer, RequirementAnswer } from '#server/law/reasons/answer-schema.ts'
import { agenciesOf, dutiesAt } from '#server/law/reasons/duties.ts'
import type { Finding } from '#server/law/reasons/finding.ts'
import { programsOf } from '#server/law/reasons/situation.ts'
import { programFindings } from '#server/law/residential/residential.ts'
import type { Day } from '#server/lib/days.ts'
import { clearance } from './clearance.ts'

/**
 * The whole answer for one person and day: each requirement's standing with its explanation, and each program's
 * clearance. With `asKnownOn`, as it was known that day.
 */
export function standing(facts: Facts, on: Day, asKnownOn?: Day): Answer {
  const known = asKnownOn === undefined ? facts : asKnown(facts, asKnownOn)
  return {
    on,
    requirements: findings(known, on).map(answerOf),
    clearance: programsOf(known).map((program) => clearance(known, program, on)),
  }
}

/** Each requirement's finding: the residential ones a program, the child-protection ones an agency. */
export function findings(facts: Facts, on: Day): readonly Finding[] {
  return [
    ...programsOf(facts).flatMap((program) => programFindings(facts, program, on)),
    ...agenciesOf(facts).flatMap((agency) => agencyFindings(facts, agency, on)),
  ]
}

export function agencyFindings(facts: Facts, agency: string, on: Day): readonly Finding[] {
  const situation = dutiesAt(facts, agency, on)
  return [
    childProtectionTrafficking(situation, facts.trainings),
    childProtectionFoundation(situation, facts.trainings),
    annualHours(situation, facts.trainings),
  ]
}

function answerOf(finding: Finding): RequirementAnswer {
  const { requirement, program, standing, due_on, satisfied_on, late_days, rule, citation } = finding
  const explanation = finding.reasons().map(({ text }) => text)
  return { requirement, program, standing, due_on, satisfied_on, late_days, rule, citation, explanation }
}
