import { hoursLedger } from '#server/law/child-protection/hours-ledger.ts'
import type { Facts } from '#server/law/facts/facts.ts'
import { requirementOn, residentialCourse, residentialRefresher } from '#server/law/facts/ruleset.ts'
import type { ClearanceAnswer, RequirementAnswer } from '#server/law/reasons/answer-schema.ts'
import { sentenceCase } from '#server/law/reasons/sentences.ts'
import { standing } from '#server/law/standing.ts'
import type { CourseStep } from '#server/learning/next-step.ts'
import type { CompletionRow } from '#server/learning/queries.ts'
import { type Day, formatDay } from '#server/lib/days.ts'
import { standingShape, standingWords } from '#server/standings/standing-words.ts'

/** A requirement as its holder reads it. */
export type RequirementCard = Readonly<{
  title: string
  place: string
  /** The name of the page's shape for it: 'due-soon'. */
  shape: string
  words: string
  why: string
  citation: string
  explanation: readonly string[]
  /** What to do now, in a sentence. */
  next: string
  course: CourseStep | null
  /** The yearly refresher, where it counts at this place. */
  refresher: CourseStep | null
  /** What renewing today would do to the date; null where it would do nothing to it. */
  renewal: string | null
  /** Whether trainings of others are what it asks for. */
  isElsewhere: boolean
}>

/** My training: first one sentence, then the one next step, then each requirement, then what is done. */
export function myTrainingPage(
  facts: Facts,
  today: Day,
  steps: readonly CourseStep[],
  completions: readonly CompletionRow[],
  names: ReadonlyMap<string, string>,
  isRefresherApproved: boolean,
) {
  const answer = standing(facts, today)
  const shown = answer.requirements.filter(({ standing }) => standing !== 'not_required')
  const residential = steps.find(({ course }) => course.slug === residentialCourse) ?? null
  const refresher = steps.find(({ course }) => course.slug === residentialRefresher) ?? null
  const refresherAt = (program: string) => {
    const settings = facts.programs.find(({ id }) => id === program)?.settings
    return isRefresherApproved || settings?.refresher === 'counts' ? refresher : null
  }
  const cards = shown.map((one) => ({
    ...cardOf(one, facts, today, residential, names),
    refresher:
      one.requirement === 'residential-annual' && asksForCourse(one) ? refresherAt(one.program) : null,
  }))
  const next = (step: CourseStep | null) => step ?? (shown.some(asksForCourse) ? residential : null)
  const underWay = steps.find((step) => step.isUnderWay) ?? null
  return {
    title: 'My training',
    sentence: firstSentence(answer.clearance, shown, underWay, residential, names),
    next: next(underWay),
    // Offered beside the whole course, where it counts at every place that asks for a renewal.
    refresher: !underWay && refresherForAll(cards),
    renewal: cards.find(({ course, renewal }) => course && renewal)?.renewal ?? null,
    // Where no course of ours is the next step, and a training of others is.
    isElsewhereNext: !next(underWay) && shown.some(asksForOthers),
    cards,
    notRequired: answer.requirements.length > 0 && shown.length === 0,
    courses: steps,
    completions,
  }
}

function refresherForAll(cards: readonly RequirementCard[]): CourseStep | null {
  const asking = cards.filter(({ course }) => course)
  return asking.length > 0 && asking.every(({ refresher }) => refresher) ? asking[0]!.refresher : null
}

const asksForCourse = ({ requirement, standing }: RequirementAnswer) =>
  requirement.startsWith('residential') && standing !== 'current' && standing !== 'unknown'

const asksForOthers = ({ requirement, standing }: RequirementAnswer) =>
  !requirement.startsWith('residential') && isOpen(standing)

const isOpen = (standing: RequirementAnswer['standing']) =>
  standing === 'not_cleared' || standing === 'overdue' || standing === 'due_soon'

function firstSentence(
  clearance: readonly ClearanceAnswer[],
  requirements: readonly RequirementAnswer[],
  underWay: CourseStep | null,
  residential: CourseStep | null,
  names: ReadonlyMap<string, string>,
): string {
  const bound = clearance.filter(({ program }) => requirements.some((one) => one.program === program))
  const no = bound.find(({ answer }) => answer !== 'yes')
  const step = underWay?.at
    ? ` ${underWay.isAssessment ? 'the questions on module' : 'module'} ${underWay.at.number} of ${underWay.course.modules.length}`
    : ' your training'
  const away = clearance.find(({ on_leave }) => on_leave)
  if (away && !underWay)
    return `You are on leave from ${nameOf(away.program, names)}, so you have no direct contact there today.`
  if (no?.answer === 'unknown' && no.because[0]?.includes('conflict'))
    return `The records at ${nameOf(no.program, names)} conflict, so we cannot say yet.`
  if (no?.answer === 'unknown')
    return `Something is missing on file at ${nameOf(no.program, names)}, so we cannot say yet.`
  if (no && requirements.some((one) => one.program === no.program && one.standing === 'due_before_contact'))
    return `Before you have direct contact at ${nameOf(no.program, names)}, finish${step}.`
  if (no)
    return `You are not cleared for direct contact at ${nameOf(no.program, names)} today. ${!underWay && residential?.lastCompletion ? 'Renew' : 'Finish'}${step}.`
  const [first] = bound
  if (first)
    return `You are cleared for direct contact at ${nameOf(first.program, names)}${first.until ? ` until ${formatDay(first.until)}` : ''}.`
  if (underWay?.at) return `You are in module ${underWay.at.number} of ${underWay.course.modules.length}.`
  return dutiesSentence(requirements) ?? 'Here is your training.'
}

/** The first thing that child-protection work asks for; null where there is none. */
function dutiesSentence(requirements: readonly RequirementAnswer[]): string | null {
  const asked = requirements.filter(({ requirement }) => !requirement.startsWith('residential'))
  const open = asked.find(({ standing }) => isOpen(standing))
  if (open?.requirement === 'child-protection-trafficking')
    return 'The training on trafficking that child-protection work asks for is not on record yet.'
  if (open?.requirement === 'child-protection-foundation')
    return `The foundation training ${open.standing === 'overdue' ? 'was' : 'is'} due by ${formatDay(open.due_on!)}.`
  if (open?.due_on)
    return `Your agency’s year ends on ${formatDay(open.due_on)}, with hours still to be recorded.`
  if (asked.some(({ standing }) => standing === 'unknown'))
    return 'Something is missing or to be confirmed on file for your child-protection work.'
  return asked.length > 0 ? 'Your child-protection training is in order.' : null
}

function cardOf(
  one: RequirementAnswer,
  facts: Facts,
  today: Day,
  residential: CourseStep | null,
  names: ReadonlyMap<string, string>,
): Omit<RequirementCard, 'refresher'> {
  const { title, scope } = requirementOn(one.requirement, today)
  return {
    title,
    place: nameOf(one.program, names),
    shape: standingShape(one),
    words: one.requirement === 'annual-hours' ? hoursWords(facts, one, today) : standingWords(one, today),
    why: scope,
    citation: one.citation,
    explanation: one.explanation.filter((sentence) => !sentence.startsWith('Next: ')),
    next: sentenceCase(one.explanation.at(-1)?.replace(/^Next: /, '') ?? ''),
    course: asksForCourse(one) ? residential : null,
    renewal: one.requirement === 'residential-annual' ? renewalOf(facts, one, today) : null,
    isElsewhere: asksForOthers(one),
  }
}

/** "6 of 15 hours by December 31, 2026; 2 more wait for a decision" */
function hoursWords(facts: Facts, one: RequirementAnswer, today: Day): string {
  const [year] = hoursLedger(facts, one.program, today)
  if (!year) return standingWords(one, today)
  const waiting = year.waiting > 0 ? `; ${round(year.waiting)} more wait for a decision` : ''
  return `${round(year.hours)} of ${year.needed} hours are on record for the year that ends on ${formatDay(year.to)}${waiting}`
}

const round = (hours: number) => Math.round(hours * 100) / 100

/** "Renewing today moves your date from March 31 to November 30, 2027", asked of the rules as if it were done today. */
export function renewalOf(facts: Facts, now: RequirementAnswer, today: Day): string | null {
  if (!now.due_on || (now.standing !== 'current' && now.standing !== 'due_soon')) return null
  const renewed = standing({ ...facts, trainings: [...facts.trainings, completedOn(today)] }, today)
  const then = renewed.requirements.find(
    (one) => one.requirement === now.requirement && one.program === now.program,
  )
  if (!then?.due_on || then.due_on === now.due_on) return null
  return `Renewing today moves your date from ${formatDay(now.due_on)} to ${formatDay(then.due_on)}.`
}

const completedOn = (day: Day): Facts['trainings'][number] => ({
  kind: 'completion',
  ref: 'if-renewed-today',
  recordedOn: day,
  course: residentialCourse,
  code: null,
  title: residentialCourse,
  provider: null,
  day,
  at: null,
  approved: true,
  accepted: true,
  humanTrafficking: null,
  sameCurriculum: false,
  certificateVerified: null,
  hours: null,
  program: null,
  verified: [],
  voidedOn: null,
})

const nameOf = (program: string, names: ReadonlyMap<string, string>) => names.get(program) ?? program
