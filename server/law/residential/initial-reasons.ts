import type { Credit, Doubt, Evidence } from '#server/law/facts/evidence.ts'
import type { Training } from '#server/law/facts/facts.ts'
import { requirementOn } from '#server/law/facts/ruleset.ts'
import { interpretationSentence } from '#server/law/facts/settings.ts'
import {
  arithmetic,
  dayCount,
  type Finding,
  fact,
  interpretation,
  next,
  type Reason,
  rule,
} from '#server/law/reasons/finding.ts'
import { refusalOf } from '#server/law/reasons/refusals.ts'
import { ruleSentence } from '#server/law/reasons/rules.ts'
import {
  completionReason,
  correctRecords,
  doubtReasons,
  isUnconfirmed,
  recordedLateReason,
  situationReasons,
  unverifiedReasons,
} from '#server/law/reasons/sentences.ts'
import type { Situation } from '#server/law/reasons/situation.ts'
import { addDays, daysBetween, formatDay } from '#server/lib/days.ts'
import { type InitialDue, sameDay } from './initial-due.ts'

type Case = Pick<Finding, 'standing' | 'rule' | 'due_on'> & {
  readonly situation: Situation
  readonly trainings: readonly Training[]
  readonly evidence: Evidence
  readonly credit: Credit | null
  readonly due: InitialDue | null
  readonly late: number
  /** Whether contact on the day asked would be in order, and only the contact that begins later is not. */
  readonly onlyLater: boolean
}

/** How the initial requirement's standing was found, in sentences. */
export function initialReasons(given: Case): readonly Reason[] {
  const { situation, credit, due, evidence } = given
  const { citation } = requirementOn('residential-initial', situation.on)
  return [
    ...situationReasons(situation),
    ...(credit ? [completionReason(credit.training)] : unmetReasons(given)),
    ...(credit ? recordedLateReason(credit.training, due?.on ?? null) : []),
    ...doubtReasons(credit ? evidence.doubts.filter(isUndated) : evidence.doubts),
    rule(ruleSentence(given.rule, citation)),
    ...(due && due.rule !== given.rule ? [rule(ruleSentence(due.rule, citation))] : []),
    ...dueReasons(given),
    ...interpretationReasons(given),
    next(nextStep(given)),
  ]
}

/** It may have been done before the one that counts, and the dates follow from the first. */
const isUndated = ({ training }: Doubt) => training.day === null

function unmetReasons({ trainings, situation, evidence }: Case): readonly Reason[] {
  const done = trainings.filter(({ day }) => day !== null && day <= situation.on)
  return [
    fact(`No completion that satisfies this requirement is on file by ${formatDay(situation.on)}.`),
    ...done.flatMap((training) => {
      const refusal = refusalOf('residential-initial', training)
      return refusal ? [fact(refusal.sentence, training.ref)] : []
    }),
    ...unverifiedReasons(evidence.unverified, situation.program),
  ]
}

function dueReasons(given: Case): readonly Reason[] {
  const { due, due_on, credit, standing, situation } = given
  if (!due && due_on && situation.missing.length > 0)
    return [
      arithmetic(`With a fact missing, the earliest date that it could be due is ${formatDay(due_on)}.`),
    ]
  if (!due) return []
  if (credit) return [arithmetic(dueWords(due, situation)), arithmetic(metWords(due, credit, given))]
  if (given.onlyLater)
    return [arithmetic(dueWords(due, situation)), arithmetic(onlyLaterWords(due, situation))]
  if (standing !== 'not_cleared') return [arithmetic(dueWords(due, situation))]
  const day = formatDay(situation.on)
  const short = situation.supposed
    ? `On ${day} the training is not complete.`
    : `On ${day} contact has begun and the training is not complete.`
  return [arithmetic(dueWords(due, situation)), arithmetic(short)]
}

function onlyLaterWords({ first }: InitialDue, { on }: Situation): string {
  return `Clearance is asked for ${formatDay(on)} alone, and says yes: that day does not need the training yet. The contact that begins on ${formatDay(first)} does.`
}

function dueWords({ by, on, first, isBack }: InitialDue, { supposed, on: asked }: Situation): string {
  const day = formatDay(on)
  const before = on === first ? 'before contact begins that day' : `by ${day}`
  if (by === 'transition')
    return `Hired before August 1, 2022, with contact in a certified program by ${day}, so the training is due by then.`
  if (by === 'before-certification')
    return `Contact was already going on when the certification took effect on ${formatDay(first)}, so the training is due by ${day}.`
  if (isBack && by === 'before-contact')
    return `Hired before August 1, 2022, with no direct contact in a certified program on January 1, 2023. It begins again on ${formatDay(first)}, so the training is due ${before}.`
  return supposed && first === asked
    ? `For direct contact on ${formatDay(first)}, the training is due ${before}.`
    : `The first day of direct contact in a certified program is ${formatDay(first)}, so the training is due ${before}.`
}

function metWords(due: InitialDue, credit: Credit, { situation, late }: Case): string {
  const clock = sameDay(due, credit, situation)
  if (clock === 'before') return 'It was finished that same day before contact began: in time.'
  if (clock === 'after')
    return 'It was finished that same day after contact had begun: late, counted as 1 day.'
  if (clock === 'review')
    return 'It was finished on the very day contact began, and a clock time is missing: marked for review.'
  const held = formatDay(credit.held)
  const dueDay = formatDay(due.on)
  const after = daysBetween(due.on, credit.held)
  if (late > 0 && late === after)
    return `${held} is ${dayCount(late)} after ${dueDay}: completed late, by ${dayCount(late)}.`
  if (late > 0)
    return `${held} is after ${dueDay}: completed late, by ${dayCount(late)} on which the training was required.`
  if (after > 0) return `${held} is after ${dueDay}, and the training was not required between: not late.`
  const days = daysBetween(credit.held, due.on)
  return days === 0
    ? `${held} is the due date itself: in time.`
    : `${held} is ${dayCount(days)} before ${dueDay}: in time.`
}

function interpretationReasons({ due, credit, rule: code, situation }: Case): readonly Reason[] {
  const { settings } = situation.program
  const open = {
    R10: 'leave',
    R11: 'transfer',
    R13: 'rehire',
    R15: 'later_certification',
  } as const
  const byRule =
    code in open ? [interpretation(interpretationSentence(open[code as keyof typeof open], settings))] : []
  const flagged = due && credit && sameDay(due, credit, situation) !== 'no'
  return [
    ...byRule,
    ...(flagged || settings.same_day_contact === 'day-before'
      ? [interpretation(interpretationSentence('same_day_contact', settings))]
      : []),
    ...(credit && settings.transfer === 'verified-first' && code !== 'R11'
      ? [interpretation(interpretationSentence('transfer', settings))]
      : []),
  ]
}

function nextStep({ standing, credit, due, evidence, situation, rule: code }: Case): string {
  const { program, missing, conflicts, contact } = situation
  if (conflicts.length > 0) return correctRecords
  if (standing === 'unknown')
    return missing.length > 0
      ? 'put the missing fact on record.'
      : 'confirm whether that completion counts, or complete the approved training.'
  if (credit && code === 'R11')
    return `keep a copy or verification of the certificate in the records of ${program.name} before contact begins there.`
  if (credit) return 'nothing for this requirement; the yearly requirement runs on from here.'
  if (standing === 'not_cleared' && evidence.unverified.length > 0)
    return `no direct contact until ${program.name} has ${evidence.unverified.some((one) => isUnconfirmed(one, program)) ? 'confirmed that completion' : 'verified that certificate'}, or the approved training is complete, with its certificate.`
  if (standing === 'not_cleared')
    return 'no direct contact until the approved training is complete, with its certificate.'
  if (standing === 'due_before_contact')
    return `complete the approved training before direct contact begins${due && due.by === 'before-contact' ? ` on ${formatDay(due.first)}` : ''}.`
  if (due && situation.on <= due.on)
    return `complete the approved training by ${formatDay(due.by === 'before-contact' ? addDays(due.on, -1) : due.on)}.`
  return contact === 'leave' || contact === 'ended'
    ? `complete the approved training before direct contact at ${program.name} begins again.`
    : 'nothing while it is not required.'
}
