import type { Facts } from '#server/law/facts/facts.ts'
import { type RequirementId, requirementOn } from '#server/law/facts/ruleset.ts'
import { rules } from '#server/law/reasons/rules.ts'
import { addDays, type Day, dayOf, daysBetween, formatDay } from '#server/lib/days.ts'
import { type ReviewGap, type ReviewPerson, reviewPerson } from '#server/oversight/reviews/review-people.ts'
import type {
  RecordedRow,
  ReviewCertificate,
  ReviewOutside,
} from '#server/oversight/reviews/review-person.queries.ts'
import type { CheckedPersonLine } from '#server/oversight/shifts/shifts.queries.ts'
import type { LicenseCard } from '#server/programs/record/license-card.ts'
import type { Roster, RosterAssignment } from '#server/programs/roster/employment/roster.queries.ts'
import type { FindingLine } from '#server/training/program-requirements/program-finding-words.ts'
import type { ProgramTraining } from '#server/training/program-requirements/program-requirements.queries.ts'
import { drawSample } from './packet-sample.ts'

export type PacketHead = Readonly<{
  code: string
  verify_url: string
  review: number
  purpose: string
  requested_by: string
  made_at: Date
  from_on: Day
  to_on: Day
  /** Null means everyone. */
  sample_size: number | null
  seed: string
  /** The ids of everyone that the sample is drawn from. */
  population: readonly string[]
  card: LicenseCard
  issuer_name: string
}>

export type PacketPerson = ReviewPerson &
  Readonly<{
    work: readonly RosterAssignment[]
    certificates: readonly ReviewCertificate[]
    outside: readonly ReviewOutside[]
    /** The days of completions that took less recorded time than is plausible. */
    fast: readonly Day[]
    /** What shift check-ins of the period answered for this person. */
    checks: readonly CheckedPersonLine[]
    late: readonly string[]
    corrections: readonly string[]
  }>

type PacketRule = Readonly<{
  name: string
  words: string
  citation: string
  status: string
  source: string
}>

export type PacketContent = Readonly<{
  head: PacketHead
  people: readonly PacketPerson[]
  rules: readonly PacketRule[]
  /** What the program itself asks of these people at the end of the period, beyond the law, and every training recorded for it. */
  own: Readonly<{
    findings: readonly FindingLine[]
    trainings: readonly (ProgramTraining & Readonly<{ name: string }>)[]
  }>
  /** Decisions and attempts of the period that one person may have made as two. */
  patterns: readonly Readonly<{ at: Date; what: string; why: string; word: string }>[]
}>

/** An entry recorded more than this many days after the event is listed as a late entry. */
export const lateEntryDays = 7

/** Everyone who worked in a program on any day of a period, by name, and the people drawn for the sample. */
export function peopleOfPeriod(
  roster: Roster,
  period: Readonly<{ from_on: Day; to_on: Day }>,
  sample: Readonly<{ size: number | null; seed: string }>,
): Readonly<{ population: readonly string[]; drawn: readonly string[] }> {
  const population = roster.people
    .filter(({ assignments }) =>
      assignments.some(
        ({ hired_on, separated_on }) =>
          hired_on <= period.to_on && (separated_on === null || separated_on >= period.from_on),
      ),
    )
    .map(({ person_id }) => person_id)
  const drawn = new Set(drawSample(population, sample.size, sample.seed))
  return { population, drawn: population.filter((id) => drawn.has(id)) }
}

export function packetPerson(
  roster: Roster,
  facts: ReadonlyMap<string, Facts>,
  programId: string,
  personId: string,
  period: Readonly<{ from_on: Day; to_on: Day }>,
  found: Readonly<{
    certificates: readonly ReviewCertificate[]
    outside: readonly ReviewOutside[]
    recorded: readonly RecordedRow[]
    checks: readonly CheckedPersonLine[]
  }>,
): PacketPerson | null {
  const row = roster.people.find(({ person_id }) => person_id === personId)
  const person = row && reviewPerson(row, facts.get(personId), programId, period.to_on)
  if (!row || !person) return null
  return {
    ...person,
    work: row.assignments.filter(({ program_id }) => program_id === programId),
    gaps: person.gaps.filter((gap) => isWithin(gap, period)),
    certificates: found.certificates,
    outside: found.outside,
    checks: found.checks,
    fast: (facts.get(personId)?.trainings ?? []).flatMap(({ fast, day, voidedOn }) =>
      fast && day !== null && voidedOn === null && day >= period.from_on && day <= period.to_on ? [day] : [],
    ),
    late: found.recorded.flatMap((one) => lateWords(one) ?? []),
    corrections: found.recorded.flatMap((one) => correctionWords(one) ?? []),
  }
}

const isWithin = (gap: ReviewGap, { from_on, to_on }: Readonly<{ from_on: Day; to_on: Day }>) =>
  gap.to >= from_on && gap.from <= to_on

function lateWords(row: RecordedRow): string | null {
  const on = dayOf(row.recorded_at)
  if (row.superseded_at !== null || on <= addDays(row.from_on, lateEntryDays)) return null
  const by = row.recorded_by ? ` by ${row.recorded_by}` : ''
  return `${speaksOf(row)}: recorded on ${formatDay(on)}${by}, ${daysBetween(row.from_on, on)} days later.`
}

function correctionWords(row: RecordedRow): string | null {
  if (row.superseded_at === null) return null
  const by = row.superseded_by ? ` by ${row.superseded_by}` : ''
  const why = row.superseded_reason || row.reason
  return `${speaksOf(row)} (recorded on ${formatDay(dayOf(row.recorded_at))}): replaced on ${formatDay(dayOf(row.superseded_at))}${by}${why ? `: ${why}` : ''}.`
}

function speaksOf({ kind, what, from_on, to_on }: RecordedRow): string {
  const until = to_on ? ` to ${formatDay(to_on)}` : ''
  switch (kind) {
    case 'work':
      return `Hired on ${formatDay(from_on)}${to_on ? `, last day ${formatDay(to_on)}` : ''}`
    case 'contact':
      return `Direct contact from ${formatDay(from_on)}${until}`
    case 'leave':
      return `Leave from ${formatDay(from_on)}${until}`
    case 'training':
      return `Outside training “${what}” of ${formatDay(from_on)}`
  }
}

/** The requirements and rules that applied to these people, each with its source. */
export function rulesApplied(people: readonly PacketPerson[], on: Day): readonly PacketRule[] {
  const answers = people.flatMap(({ requirements }) => requirements)
  const ids = [...new Set(answers.map(({ requirement }) => requirement))].sort() as RequirementId[]
  const codes = new Set(answers.map(({ rule }) => rule))
  return [
    ...ids.map((id) => {
      const { title, version, scope, due_words, citation, status, source } = requirementOn(id, on)
      return {
        name: `${title}, version ${version}`,
        words: `${scope}: ${due_words}.`,
        citation,
        status,
        source,
      }
    }),
    ...rules
      .filter(({ code }) => codes.has(code))
      .map(({ code, title, words, status, source }) => ({
        name: `${code}: ${title}`,
        words: `${words}.`,
        citation: '',
        status,
        source,
      })),
  ]
}
