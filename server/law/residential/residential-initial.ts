import { type Credit, evidenceOf } from '#server/law/facts/evidence.ts'
import type { Training } from '#server/law/facts/facts.ts'
import { requirementOn } from '#server/law/facts/ruleset.ts'
import { dueSoonDays } from '#server/law/reasons/due-soon.ts'
import { type Finding, isShort, type RuleCode, type Verdict } from '#server/law/reasons/finding.ts'
import {
  asIfInContact,
  certifiedDays,
  type Situation,
  specializedCertifications,
} from '#server/law/reasons/situation.ts'
import { type Day, daysBetween } from '#server/lib/days.ts'
import { initialLateness } from './days-late.ts'
import { comingDue, type InitialDue, initialCredit, initialDue } from './initial-due.ts'
import { initialReasons } from './initial-reasons.ts'

/** What the rules say of the initial training at one program (R1 to R3, R10 to R16). No fact may be missing. */
export function initialVerdict(situation: Situation, trainings: readonly Training[]): Verdict {
  const { credit, due, late } = initialCase(situation, trainings)
  const { standing, rule } = standingOf(situation, credit, due, late)
  return {
    standing,
    rule,
    due_on: standing === 'not_required' ? null : (due?.on ?? null),
    satisfied_on: credit?.day ?? null,
    late_days: credit || standing === 'not_cleared' ? late : 0,
    late_running: standing === 'not_cleared' && due !== null,
  }
}

/** The verdict with its explanation, which names what is missing. */
export function initialFinding(
  situation: Situation,
  trainings: readonly Training[],
  verdict: Verdict,
): Finding {
  const requirement = requirementOn('residential-initial', situation.on)
  return {
    requirement: requirement.id,
    program: situation.program.id,
    ...verdict,
    citation: requirement.citation,
    reasons: () => {
      const found = initialCase(situation, trainings)
      // With a missing fact the date could be another: better none than a wrong one.
      const isSure = situation.missing.length === 0 || found.due?.on === verdict.due_on
      const due = isSure ? found.due : null
      const onlyLater =
        verdict.standing === 'due_before_contact' &&
        !isShort(initialVerdict(asIfInContact(situation), trainings))
      return initialReasons({ situation, trainings, ...found, due, onlyLater, ...verdict })
    },
  }
}

function initialCase(situation: Situation, trainings: readonly Training[]) {
  const { satisfied_by } = requirementOn('residential-initial', situation.on)
  const evidence = evidenceOf(satisfied_by, trainings, situation.on, situation.program)
  const credit = initialCredit(situation, evidence)
  const due = (credit ? null : comingDue(situation)) ?? initialDue(situation, credit)
  return { evidence, credit, due, late: due ? initialLateness(due, credit, situation) : 0 }
}

type Ruling = Pick<Verdict, 'standing' | 'rule'>

function standingOf(
  situation: Situation,
  credit: Credit | null,
  due: InitialDue | null,
  late: number,
): Ruling {
  const { roster, certified, contact, on } = situation
  if (roster === 'off') return { standing: 'not_required', rule: 'R1' }
  if (certified !== 'yes') return outsideCertification(situation, credit, due)
  if (contact === 'leave') return { standing: 'not_required', rule: 'R10' }
  if (contact === 'ended') return { standing: 'not_required', rule: 'R1' }
  if (credit) return { standing: 'current', rule: late > 0 ? 'R3' : creditRule(situation, credit, due) }
  // Someone who has no contact yet is in order only where contact that day would be.
  const mayHaveContact = contact === 'in' || due?.by === 'transition'
  if (due && due.by !== 'before-contact' && on <= due.on && mayHaveContact)
    return { standing: approaching(on, due), rule: due.rule }
  return { standing: contact === 'in' ? 'not_cleared' : 'due_before_contact', rule: due?.rule ?? 'R2' }
}

/**
 * Nothing is required, but someone who is untrained when a certification begins has a date to meet, which shows from 60 days
 * before (R1, R15).
 */
function outsideCertification(situation: Situation, credit: Credit | null, due: InitialDue | null): Ruling {
  const { contact, on, program } = situation
  const next = certifiedDays(program).find(({ from }) => from > on)
  if (due && !credit && next && next.from <= due.first) {
    const isBefore = due.by !== 'transition' && (due.by === 'before-contact' || due.first > next.from)
    const isNear = daysBetween(on, isBefore ? next.from : due.on) <= dueSoonDays
    if (isNear && isBefore && contact === 'not_yet') return { standing: 'due_before_contact', rule: due.rule }
    if (isNear && !isBefore && (contact === 'in' || contact === 'not_yet'))
      return { standing: 'due_soon', rule: due.rule }
  }
  const hasEnded = specializedCertifications(program).some(({ to }) => to !== null && to < on)
  return { standing: 'not_required', rule: hasEnded ? 'R16' : 'R1' }
}

function approaching(on: Day, due: InitialDue): 'current' | 'due_soon' {
  return daysBetween(on, due.on) <= dueSoonDays ? 'due_soon' : 'current'
}

/** The rule by which a completion in time carries: kept through a rehire or a transfer, or how its date was found. */
function creditRule(situation: Situation, { day, training }: Credit, due: InitialDue | null): RuleCode {
  const { unbroken, employments, elsewhere } = situation
  const [began] = unbroken
  if (training.kind === 'outside') return 'R12'
  if (began?.hiredOn && day < began.hiredOn) {
    if (employments.indexOf(began) > 0) return 'R13'
    if (elsewhere.some(({ hiredOn }) => hiredOn !== null && hiredOn <= day)) return 'R11'
  }
  return due?.rule ?? 'R2'
}
