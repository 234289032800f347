import { type Facts, factsOf } from '#server/law/facts/facts.ts'
import { requirementOn } from '#server/law/facts/ruleset.ts'
import { gaps } from '#server/law/gaps.ts'
import { standing } from '#server/law/standing.ts'
import { type Day, formatDay } from '#server/lib/days.ts'
import type { Roster } from '#server/programs/roster/roster.queries.ts'
import { standingShape, standingWords } from '#server/standings/standing-words.ts'
import type { TimelineEvent } from './timeline.queries.ts'

/** One person, as a supervisor of some programs sees them: those programs alone, never an answer or a score. */
export function personPage(
  person: Readonly<{ id: string; name: string; last_active_on: Day | null }>,
  roster: Roster,
  facts: Facts | undefined,
  programIds: readonly string[],
  on: Day,
  isToday: boolean,
  events: readonly TimelineEvent[],
  courses: readonly CourseUnderWay[],
) {
  const known = facts ?? factsOf({})
  const names = new Map(roster.programs.map(({ program_id, name }) => [program_id, name]))
  const isOurs = (program: string) => programIds.includes(program)
  const answer = standing(known, on)
  return {
    title: person.name,
    person,
    on,
    clearances: answer.clearance
      .filter(({ program }) => isOurs(program))
      .map((one) => ({ ...one, name: names.get(one.program) ?? one.program })),
    requirements: answer.requirements
      .filter(({ program }) => isOurs(program))
      .map((one) => ({
        ...one,
        title: requirementOn(one.requirement, on).title,
        place: names.get(one.program) ?? one.program,
        shape: standingShape(one),
        words: standingWords(one, on),
      })),
    gaps: gaps(known, on).filter(({ program }) => isOurs(program)),
    courses,
    events: events.filter((event) => event.on <= on).map(told),
    // What is planned is told of today alone: on a past day it would tell what came later.
    ahead: isToday
      ? events
          .filter((event) => event.on > on)
          .map(told)
          .reverse()
      : [],
  }
}

/** A course that a person has begun: its modules in order, and the day on which each was passed. */
export type CourseUnderWay = Readonly<{
  title: string
  startedOn: Day
  /** Why completing it can't count; null where it can. */
  cannotCount: string | null
  modules: readonly Readonly<{ number: number; title: string; passedOn: Day | null }>[]
}>

const told = (event: TimelineEvent) => ({
  ...event,
  sentence: sentences[event.kind](event),
  day: formatDay(event.on),
})

const sentences: Readonly<Record<TimelineEvent['kind'], (event: TimelineEvent) => string>> = {
  hired: ({ what, more }) => `Hired at ${what}${more ? ` as ${more.toLowerCase()}` : ''}`,
  left: ({ what }) => `Last day at ${what}`,
  'contact-began': ({ what }) => `Direct contact began at ${what}`,
  'contact-ended': ({ what }) => `Direct contact ended at ${what}`,
  'leave-began': ({ what }) => `Leave from ${what} began`,
  'leave-ended': ({ what }) => `Last day of leave from ${what}`,
  completed: ({ what, more }) => `Completed ${what}${more ? `, ${more}` : ''}`,
  elsewhere: ({ what, more }) => `Training taken elsewhere: ${what}${more ? `, ${more}` : ''}`,
}
