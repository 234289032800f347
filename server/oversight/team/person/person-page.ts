import { type Facts, factsOf } from '#server/law/facts/facts.ts'
import { requirementOn } from '#server/law/facts/ruleset.ts'
import { gaps } from '#server/law/gaps.ts'
import { standing } from '#server/law/standing.ts'
import { type Day, formatDay } from '#server/lib/days.ts'
import type { Asked } from '#server/oversight/team/asked-day.ts'
import { includesDay } from '#server/programs/recorded-period.ts'
import type { Roster } from '#server/programs/roster/employment/roster.queries.ts'
import { standingShape, standingWords } from '#server/standings/standing-words.ts'
import { personBanners } from './person-banners.ts'
import type { TimelineEvent } from './timeline.queries.ts'

/** One person for a supervisor: only the supervisor's programs, never answers or scores. */
export function personPage(
  person: Readonly<{ id: string; name: string; last_active_on: Day | null }>,
  { roster, facts }: Readonly<{ roster: Roster; facts: Facts | undefined }>,
  programIds: readonly string[],
  { on, asKnownOn }: Asked,
  today: Day,
  { events, courses }: Readonly<{ events: readonly TimelineEvent[]; courses: readonly CourseUnderWay[] }>,
) {
  const known = facts ?? factsOf({})
  const names = new Map(roster.programs.map(({ program_id, name }) => [program_id, name]))
  const isOurs = (program: string) => programIds.includes(program)
  const answer = standing(known, on)
  const isNow = on === today && !asKnownOn
  const clearances = answer.clearance
    .filter(({ program }) => isOurs(program))
    .map((one) => ({ ...one, name: names.get(one.program) ?? one.program }))
  const requirements = answer.requirements
    .filter(({ program }) => isOurs(program))
    .map((one) => ({
      ...one,
      title: requirementOn(one.requirement, on).title,
      place: names.get(one.program) ?? one.program,
      shape: standingShape(one),
      words: standingWords(one, on),
    }))
  return {
    title: person.name,
    person,
    on,
    works: worksOf(roster, person.id, programIds, on),
    clearances,
    banners: personBanners(clearances, requirements, contactsOf(roster, person.id, on)),
    requirements,
    gaps: gaps(known, on).filter(({ program }) => isOurs(program)),
    courses,
    events: events.filter((event) => event.on <= on).map(timelineLine),
    // Plans are shown only for today. On a past day, they would reveal what came later.
    ahead: isNow
      ? events
          .filter((event) => event.on > on)
          .map((event) => ({ ...timelineLine(event), sentence: plans[event.kind](event) }))
          .reverse()
      : [],
  }
}

/** "Night staff at North Star House since May 29, 2024", for each of the viewer's programs. */
function worksOf({ people, programs }: Roster, personId: string, programIds: readonly string[], on: Day) {
  const assignments = people.find(({ person_id }) => person_id === personId)?.assignments ?? []
  return assignments
    .filter(
      ({ program_id, hired_on, separated_on }) =>
        programIds.includes(program_id) && includesDay({ from_on: hired_on, to_on: separated_on }, on),
    )
    .map(({ program_id, role_title, hired_on }) => {
      const program = programs.find((one) => one.program_id === program_id)?.name ?? ''
      return `${role_title || 'Works'} at ${program} since ${formatDay(hired_on)}`
    })
}

/** The programs in which the person has direct contact on a day. */
function contactsOf({ people }: Roster, personId: string, on: Day): ReadonlySet<string> {
  const assignments = people.find(({ person_id }) => person_id === personId)?.assignments ?? []
  return new Set(
    assignments
      .filter(({ contact }) => contact.some((period) => includesDay(period, on)))
      .map(({ program_id }) => program_id),
  )
}

/** A course that a person started: its modules in order, with the day each was passed. */
export type CourseUnderWay = Readonly<{
  title: string
  startedOn: Day
  /** Why completing it can't count. Null if it can. */
  cannotCount: string | null
  modules: readonly Readonly<{ number: number; title: string; passedOn: Day | null }>[]
}>

const timelineLine = (event: TimelineEvent) => ({
  ...event,
  sentence: sentences[event.kind](event),
  day: formatDay(event.on),
})

/** What is on record for a day to come. Until that day, no rule counts it. */
const plans: Readonly<Record<TimelineEvent['kind'], (event: TimelineEvent) => string>> = {
  hired: ({ what, more }) => `Starts at ${what}${more ? ` as ${more.toLowerCase()}` : ''}`,
  left: ({ what }) => `Last day at ${what}`,
  'title-changed': ({ what, more }) => `Role title at ${what} becomes ${more || 'empty'}`,
  'contact-began': ({ what }) => `Direct contact begins at ${what}`,
  'contact-ended': ({ what }) => `Direct contact ends at ${what}`,
  'leave-began': ({ what }) => `Leave from ${what} begins`,
  'leave-ended': ({ what }) => `Last day of leave from ${what}`,
  completed: ({ what }) => `Completes ${what}`,
  elsewhere: ({ what }) => `Outside training: ${what}`,
}

const sentences: Readonly<Record<TimelineEvent['kind'], (event: TimelineEvent) => string>> = {
  hired: ({ what, more }) => `Hired at ${what}${more ? ` as ${more.toLowerCase()}` : ''}`,
  left: ({ what }) => `Last day at ${what}`,
  'title-changed': ({ what, more }) => `Role title at ${what}: ${more || 'none'}`,
  'contact-began': ({ what }) => `Direct contact began at ${what}`,
  'contact-ended': ({ what }) => `Direct contact ended at ${what}`,
  'leave-began': ({ what }) => `Leave from ${what} began`,
  'leave-ended': ({ what }) => `Last day of leave from ${what}`,
  completed: ({ what, more }) => `Completed ${what}${more ? `, ${more}` : ''}`,
  elsewhere: ({ what, more }) => `Outside training: ${what}${more ? `, ${more}` : ''}`,
}
