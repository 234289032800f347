import { type Facts, factsOf } from '#server/law/facts/facts.ts'
import { requirementOn } from '#server/law/facts/ruleset.ts'
import { type Gap, gaps } from '#server/law/gaps.ts'
import type { RequirementAnswer } from '#server/law/reasons/answer-schema.ts'
import { programsOf, situationAt } from '#server/law/reasons/situation.ts'
import { standing } from '#server/law/standing.ts'
import { addDays, type Day, dayOf, daysBetween, formatDay } from '#server/lib/days.ts'
import { includesDay } from '#server/programs/recorded-period.ts'
import type {
  Roster,
  RosterAssignment,
  RosterPerson,
} from '#server/programs/roster/employment/roster.queries.ts'
import { standingShape, standingWords } from '#server/standings/standing-words.ts'
import type { ReviewCertificate } from './review-person.queries.ts'

type ReviewRequirement = RequirementAnswer & Readonly<{ title: string; shape: string; words: string }>

export type ReviewGap = Gap & Readonly<{ title: string; words: string /** In days. */; length: number }>

/** One person in a reviewed program on a day: standing, reasons, and every gap until then. */
export type ReviewPerson = Readonly<{
  person_id: string
  name: string
  is_confidential: boolean
  role_title: string
  worker_type: string
  hired_on: Day
  separated_on: Day | null
  /** Direct contact with youth or, at an agency, child-protection duties. */
  contact: 'in' | 'not_yet' | 'leave' | 'ended' | 'unknown'
  /** 'On leave, since March 1, 2026' */
  contact_words: string
  requirements: readonly ReviewRequirement[]
  gaps: readonly ReviewGap[]
}>

/** Everyone on a program's roster on a day, with the rules' results for each. */
export function reviewPeople(
  roster: Roster,
  facts: ReadonlyMap<string, Facts>,
  programId: string,
  on: Day,
): readonly ReviewPerson[] {
  return roster.people.flatMap((person) => {
    const one = reviewPerson(person, facts.get(person.person_id), programId, on)
    return one ? [one] : []
  })
}

/** Everyone's gaps: the open ones first, and the oldest of each. */
export const gapsOf = (people: readonly ReviewPerson[]) =>
  people
    .flatMap(({ person_id, name, gaps }) => gaps.map((gap) => ({ ...gap, person_id, name })))
    .sort((a, b) => Number(b.open) - Number(a.open) || (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))

export function reviewPerson(
  person: RosterPerson,
  known: Facts | undefined,
  programId: string,
  on: Day,
): ReviewPerson | null {
  const facts = known ?? factsOf({})
  const own = person.assignments.filter(({ program_id }) => program_id === programId)
  const assignment =
    own.findLast(
      ({ hired_on, separated_on }) => hired_on <= on && (separated_on === null || separated_on >= on),
    ) ?? own.at(-1)
  if (!assignment) return null
  const isHere = (program: string) => program === programId
  const requirements = standing(facts, on)
    .requirements.filter(({ program }) => isHere(program))
    .map((one) => ({
      ...one,
      title: requirementOn(one.requirement, on).title,
      shape: standingShape(one),
      words: standingWords(one, on),
    }))
  return {
    person_id: person.person_id,
    name: person.name,
    is_confidential: person.is_confidential,
    role_title: assignment.role_title,
    worker_type: assignment.worker_type,
    hired_on: assignment.hired_on,
    separated_on: assignment.separated_on,
    ...contactOn(facts, assignment, programId, on),
    requirements,
    gaps: gaps(facts, on)
      .filter(({ program }) => isHere(program))
      .map((gap) => ({
        ...gap,
        title: requirementOn(gap.requirement, on).title,
        ...gapWords(
          gap,
          requirements.find(({ requirement }) => requirement === gap.requirement)?.satisfied_on ?? null,
        ),
      })),
  }
}

function contactOn(
  facts: Facts,
  assignment: RosterAssignment,
  programId: string,
  on: Day,
): Pick<ReviewPerson, 'contact' | 'contact_words'> {
  const { duties_from, duties_to } = assignment
  if (duties_from !== null) {
    const contact = duties_from > on ? 'not_yet' : duties_to !== null && duties_to < on ? 'ended' : 'in'
    return { contact, contact_words: contactText(contact, contact === 'ended' ? duties_to : duties_from) }
  }
  const program = programsOf(facts).find(({ id }) => id === programId)
  const situation = program && situationAt(facts, program, on)
  if (situation && situation.conflicts.length > 0)
    return { contact: 'unknown', contact_words: 'Records conflict' }
  const contact = situation?.onLeave ? 'leave' : (situation?.contact ?? 'not_yet')
  const begun = (periods: RosterAssignment['contact']) => periods.filter(({ from_on }) => from_on <= on)
  const going = (periods: RosterAssignment['contact']) =>
    periods.findLast((period) => includesDay(period, on))
  const day = {
    in: going(assignment.contact)?.from_on,
    leave: going(assignment.leave)?.from_on,
    ended: begun(assignment.contact).at(-1)?.to_on,
    not_yet: null,
    unknown: null,
  }[contact]
  return { contact, contact_words: contactText(contact, day ?? null) }
}

/** Contact and leave with their first day, ended contact with its last. */
function contactText(contact: ReviewPerson['contact'], day: Day | null): string {
  const words = contactWords[contact]
  if (day === null || contact === 'not_yet' || contact === 'unknown') return words
  return contact === 'ended' ? `${words}, last day ${formatDay(day)}` : `${words}, since ${formatDay(day)}`
}

/**
 * "Direct contact from April 2, 2026, training completed April 9, 2026: 7 days". A gap holds the day of the completion
 * if contact went on that morning. Its length is the number of days that the training was late.
 */
function gapWords(gap: Gap, satisfied_on: Day | null): Pick<ReviewGap, 'words' | 'length'> {
  const isEndedByTraining =
    gap.requirement === 'residential-initial' &&
    !gap.open &&
    satisfied_on !== null &&
    (satisfied_on === gap.to || satisfied_on === addDays(gap.to, 1))
  const length = isEndedByTraining ? Math.max(1, daysBetween(gap.from, satisfied_on)) : gap.days
  const days = length === 1 ? '1 day' : `${length} days`
  if (gap.requirement !== 'residential-initial')
    return { length, words: `${gap.why.replace(/\.$/, '')}: ${days}` }
  const from = `Direct contact from ${formatDay(gap.from)}`
  if (gap.open)
    return { length, words: `${from}, training not completed by ${formatDay(gap.to)}: ${days} so far` }
  if (isEndedByTraining)
    return { length, words: `${from}, training completed ${formatDay(satisfied_on)}: ${days}` }
  return { length, words: `${from} until ${formatDay(gap.to)} without the training: ${days}` }
}

/** Certificates of completions up to a day. As known on that day: only those issued by then, with their status then. */
export function certificatesOn(
  certificates: readonly ReviewCertificate[],
  on: Day,
  asKnownOn: Day | null,
): readonly ReviewCertificate[] {
  const completed = certificates.filter(({ facts }) => facts.completed_on <= on)
  if (asKnownOn === null) return completed
  const wasKnown = (at: Date | string | null) => at !== null && dayOf(at) <= asKnownOn
  return completed
    .filter(({ issued_at }) => wasKnown(issued_at))
    .map((one) => ({
      ...one,
      status: wasKnown(one.revoked_at) ? 'revoked' : wasKnown(one.superseded_at) ? 'superseded' : 'valid',
      replaced_by: wasKnown(one.corrected_by?.issued_at ?? null) ? one.replaced_by : null,
    }))
}

const contactWords: Readonly<Record<ReviewPerson['contact'], string>> = {
  in: 'In direct contact',
  not_yet: 'Not yet in direct contact',
  leave: 'On leave',
  ended: 'Direct contact has ended',
  unknown: 'Direct contact not on record',
}
