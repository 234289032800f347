import { type Credit, type Evidence, evidenceOf } from '#server/law/facts/evidence.ts'
import type { Training } from '#server/law/facts/facts.ts'
import { requirementOn } from '#server/law/facts/ruleset.ts'
import { dueSoonDays, type Finding, type RuleCode } from '#server/law/reasons/finding.ts'
import { type Situation, specializedCertifications } from '#server/law/reasons/situation.ts'
import { type Day, daysBetween } from '#server/lib/days.ts'
import {
  type InitialDue,
  initialCredit,
  initialDue,
  initialLateness,
  maybeInTransition,
} from './initial-due.ts'
import { initialReasons } from './initial-reasons.ts'

/** The initial training at one program (R1 to R3, R10 to R16). */
export function residentialInitial(situation: Situation, trainings: readonly Training[]): Finding {
  const requirement = requirementOn('residential-initial', situation.on)
  const evidence = evidenceOf(requirement.satisfied_by, trainings, situation.on, situation.program)
  const credit = initialCredit(situation, evidence)
  // With a missing fact the date could be another: better none than a wrong one.
  const due = situation.missing.length > 0 ? null : initialDue(situation)
  const late = due && credit ? initialLateness(due, credit, situation) : 0
  const verdict = verdictOf(situation, evidence, credit, due, late)
  const running = verdict.standing === 'not_cleared' && due !== null
  return {
    requirement: requirement.id,
    program: situation.program.id,
    ...verdict,
    due_on: due?.on ?? null,
    satisfied_on: credit?.day ?? null,
    late_days: running ? Math.max(0, daysBetween(due.on, situation.on)) : late,
    late_running: running,
    citation: requirement.citation,
    reasons: () => initialReasons({ situation, trainings, evidence, credit, due, late, ...verdict }),
  }
}

type Verdict = Pick<Finding, 'standing' | 'rule'>

function verdictOf(
  situation: Situation,
  evidence: Evidence,
  credit: Credit | null,
  due: InitialDue | null,
  late: number,
): Verdict {
  const { roster, certified, contact, on, missing } = situation
  const doubtful = evidence.doubts.length > 0
  if (roster === 'off') return { standing: 'not_required', rule: 'R1' }
  if (certified === 'no') return beforeCertification(situation, credit, due)
  if (missing.length > 0) {
    // Contact without any training on file is not in order, whatever the missing fact may turn out to be.
    const certain =
      contact === 'in' && certified === 'yes' && !credit && !doubtful && !maybeInTransition(situation)
    return certain
      ? { standing: 'not_cleared', rule: due?.rule ?? 'R2' }
      : { standing: 'unknown', rule: 'R1' }
  }
  if (contact === 'leave') return { standing: 'not_required', rule: 'R10' }
  if (contact === 'ended') return { standing: 'not_required', rule: 'R1' }
  if (credit) return { standing: 'current', rule: late > 0 ? 'R3' : creditRule(situation, credit, due) }
  if (due && due.by !== 'before-contact' && on <= due.on)
    return { standing: approaching(on, due), rule: due.rule }
  if (doubtful) return { standing: 'unknown', rule: 'R12' }
  return { standing: contact === 'in' ? 'not_cleared' : 'due_before_contact', rule: due?.rule ?? 'R2' }
}

/** Nothing is required yet; but who will be in contact when a certification begins has a date to meet (R15). */
function beforeCertification(situation: Situation, credit: Credit | null, due: InitialDue | null): Verdict {
  const { contact, on, program } = situation
  if (due && !credit && on <= due.on && (contact === 'in' || contact === 'not_yet')) {
    if (due.by !== 'before-contact')
      return { standing: approaching(on, due) === 'due_soon' ? 'due_soon' : 'not_required', rule: due.rule }
    if (contact === 'not_yet') return { standing: 'due_before_contact', rule: due.rule }
  }
  const ended = specializedCertifications(program).some(({ to }) => to !== null && to < on)
  return { standing: 'not_required', rule: ended ? 'R16' : 'R1' }
}

function approaching(on: Day, due: InitialDue): 'current' | 'due_soon' {
  return daysBetween(on, due.on) <= dueSoonDays ? 'due_soon' : 'current'
}

/** The rule by which a completion in time carries: kept through a rehire or a transfer, or how its date was found. */
function creditRule(situation: Situation, { day, training }: Credit, due: InitialDue | null): RuleCode {
  const { assignment, employments, elsewhere } = situation
  if (training.kind === 'outside') return 'R12'
  if (assignment?.hiredOn && day < assignment.hiredOn) {
    if (employments.indexOf(assignment) > 0) return 'R13'
    if (elsewhere.some(({ hiredOn }) => hiredOn !== null && hiredOn <= day)) return 'R11'
  }
  return due?.rule ?? 'R2'
}
