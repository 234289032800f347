import { hoursLedger } from '#server/law/child-protection/hours-ledger.ts'
import type { Facts } from '#server/law/facts/facts.ts'
import { requirementOn, residentialCourse, residentialRefresher } from '#server/law/facts/ruleset.ts'
import type { RequirementAnswer } from '#server/law/reasons/answer-schema.ts'
import { sentenceCase } from '#server/law/reasons/sentences.ts'
import { standing } from '#server/law/standing.ts'
import type { CourseStep } from '#server/learning/progress/next-step.ts'
import type { CompletionRow } from '#server/learning/progress/queries.ts'
import { type Day, daysBetween, formatDay } from '#server/lib/days.ts'
import { standingShape, standingWords } from '#server/standings/standing-words.ts'
import { bannerOf } from './clearance-banner.ts'
import { explained } from './explained.ts'
import { waitingFor } from './what-counts.ts'

/** A requirement as the learner sees it. */
type RequirementCard = Readonly<{
  /** Its place on the page: 'annual-hours-…'. */
  id: string
  requirement: RequirementAnswer['requirement']
  title: string
  place: string
  /** The name of its shape: 'due-soon'. */
  shape: string
  words: string
  why: string
  citation: string
  explained: ReturnType<typeof explained>
  /** Outside trainings for it that wait for a decision. */
  waiting: ReturnType<typeof waitingFor>
  /** What to do now, in a sentence. */
  next: string
  course: CourseStep | null
  /** The yearly refresher, if it counts at this program. */
  refresher: CourseStep | null
  /** How renewing today would move the due date. Null if it would not. */
  renewal: string | null
  /** Whether it needs outside training. */
  isElsewhere: boolean
}>

/** My training: whether they are cleared, the next step, each requirement with the most urgent first, then what is done. */
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
  const cards = shown
    .toSorted((a, b) => urgency(a) - urgency(b))
    .map((one) => ({
      ...cardOf(one, facts, today, residential, names),
      refresher:
        one.requirement === 'residential-annual' && asksForCourse(one) ? refresherAt(one.program) : null,
    }))
  const next = (step: CourseStep | null) => step ?? (shown.some(asksForCourse) ? residential : null)
  const underWay = steps.find((step) => step.isUnderWay) ?? null
  return {
    title: 'My training',
    banner: bannerOf(answer.clearance, shown, today, names),
    sentence: plainSentence(shown, underWay),
    next: next(underWay),
    // Offered next to the full course, if it counts at every program that needs a renewal.
    refresher: !underWay && refresherForAll(cards),
    renewal: cards.find(({ course, renewal }) => course && renewal)?.renewal ?? null,
    // The card of the next step, where that is outside training, not one of our courses.
    elsewhereNext: next(underWay) ? null : (cards.find(({ isElsewhere }) => isElsewhere)?.id ?? null),
    cards,
    notRequired: answer.requirements.length > 0 && shown.length === 0,
    courses: steps,
    completions,
    newCertificate: newCertificate(completions, steps, today),
  }
}

/** The certificate of what someone finished in the last two weeks: it is at the top of the page. */
function newCertificate(completions: readonly CompletionRow[], steps: readonly CourseStep[], today: Day) {
  const [last] = completions
  if (!last?.certificate_number || daysBetween(last.completed_on, today) > 14) return null
  const step = steps.find(({ course }) => course.slug === last.course)
  return { ...last, title: step?.course.shortTitle ?? last.course }
}

function refresherForAll(cards: readonly RequirementCard[]): CourseStep | null {
  const asking = cards.filter(({ course }) => course)
  return asking.length > 0 && asking.every(({ refresher }) => refresher) ? asking[0]!.refresher : null
}

const asksForCourse = ({ requirement, standing }: RequirementAnswer) =>
  requirement.startsWith('residential') && standing !== 'current' && standing !== 'unknown'

const asksForOthers = ({ requirement, standing }: RequirementAnswer) =>
  !requirement.startsWith('residential') && isOpen(standing)

const mostUrgent: readonly RequirementAnswer['standing'][] = [
  'not_cleared',
  'overdue',
  'unknown',
  'due_before_contact',
  'due_soon',
  'current',
]

const urgency = ({ standing }: RequirementAnswer) => mostUrgent.indexOf(standing)

const isOpen = (standing: RequirementAnswer['standing']) =>
  standing === 'not_cleared' || standing === 'overdue' || standing === 'due_soon'

/** What the page begins with if direct contact isn't in question. */
function plainSentence(requirements: readonly RequirementAnswer[], underWay: CourseStep | null): string {
  if (underWay?.at) return `You’re in module ${underWay.at.number} of ${underWay.course.modules.length}.`
  return dutiesSentence(requirements) ?? 'Here is your training.'
}

/** The first open requirement for child-protection work, or null. */
function dutiesSentence(requirements: readonly RequirementAnswer[]): string | null {
  const asked = requirements.filter(({ requirement }) => !requirement.startsWith('residential'))
  const open = asked.find(({ standing }) => isOpen(standing))
  if (open?.requirement === 'child-protection-trafficking')
    return 'The trafficking training required for child-protection work is not on record yet.'
  if (open?.requirement === 'child-protection-foundation')
    return `The foundation training ${open.standing === 'overdue' ? 'was' : 'is'} due by ${formatDay(open.due_on!)}.`
  if (open?.due_on)
    return `Your agency’s training year ends on ${formatDay(open.due_on)}. You still have hours to record.`
  if (asked.some(({ standing }) => standing === 'unknown'))
    return 'Your child-protection record has missing or unconfirmed information.'
  return asked.length > 0 ? 'Your child-protection training is up to date.' : null
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
    id: `${one.requirement}-${one.program}`,
    requirement: one.requirement,
    title,
    place: names.get(one.program) ?? one.program,
    shape: standingShape(one),
    words: one.requirement === 'annual-hours' ? hoursWords(facts, one, today) : standingWords(one, today),
    why: scope,
    citation: one.citation,
    explained: explained(one.explanation),
    waiting: waitingFor(one, facts),
    next: sentenceCase(one.explanation.at(-1)?.replace(/^Next: /, '') ?? ''),
    course: asksForCourse(one) ? residential : null,
    renewal: one.requirement === 'residential-annual' ? renewalOf(facts, one, today) : null,
    isElsewhere: asksForOthers(one),
  }
}

/** "6 of 15 hours are on record for the year that ends on December 31, 2026; 2 more are waiting for a decision" */
function hoursWords(facts: Facts, one: RequirementAnswer, today: Day): string {
  const [year] = hoursLedger(facts, one.program, today)
  if (!year) return standingWords(one, today)
  const waiting = year.waiting > 0 ? `; ${round(year.waiting)} more are waiting for a decision` : ''
  return `${round(year.hours)} of ${year.needed} hours are on record for the year that ends on ${formatDay(year.to)}${waiting}`
}

const round = (hours: number) => Math.round(hours * 100) / 100

/** "Renewing today moves your due date from …", calculated by the rules as if it were done today. */
function renewalOf(facts: Facts, now: RequirementAnswer, today: Day): string | null {
  if (!now.due_on || (now.standing !== 'current' && now.standing !== 'due_soon')) return null
  const renewed = standing({ ...facts, trainings: [...facts.trainings, completedOn(today)] }, today)
  const then = renewed.requirements.find(
    (one) => one.requirement === now.requirement && one.program === now.program,
  )
  if (!then?.due_on || then.due_on === now.due_on) return null
  return `Renewing today moves your due date from ${formatDay(now.due_on)} to ${formatDay(then.due_on)}.`
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
  fast: null,
  confirmed: [],
})
