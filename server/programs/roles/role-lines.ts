import { addDays, type Day, dayOf } from '#server/lib/days.ts'
import {
  actorsAt,
  canUndo,
  grantingRules,
  mayDo,
  postDuties,
  postNames,
  postOf,
} from '#server/people/granting.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { PlacedScope } from '#server/programs/second-person/scope.queries.ts'
import type { RoleLine } from './roles.queries.ts'

/** After how many days without use a role is flagged. */
const unusedDays = 90

/** A role as its page shows it to this viewer. */
export function roleLine(line: RoleLine, viewer: Viewer, scope: PlacedScope, now: Date) {
  const today = dayOf(now)
  const post = postOf(line)
  const actors = actorsAt(viewer, scopeOf(line, scope), scope.siblings)
  const isOwn = line.person_id === viewer.id
  return {
    ...line,
    words: postNames[post],
    duty: postDuties[post],
    isOwn,
    hasEnded: line.ended_at !== null,
    canEnd: line.ended_at === null && !isOwn && mayDo(actors, grantingRules[post].ends),
    canUndo:
      !isOwn && mayDo(actors, grantingRules[post].grants) && canUndo(line.ended_at ?? line.granted_at, now),
    isUnused: line.ended_at === null && isUnused(line, today),
  }
}

/** The very reach of this role, in the same license holder. */
const scopeOf = ({ program_id, holder_id }: RoleLine, scope: PlacedScope): PlacedScope => ({
  ...scope,
  program_id,
  holder_id,
})

/** A role that no one used for 90 days, since it was given. */
function isUnused(
  { last_used_on, granted_at }: Pick<RoleLine, 'last_used_on' | 'granted_at'>,
  today: Day,
): boolean {
  return (last_used_on ?? dayOf(granted_at)) < addDays(today, -unusedDays)
}
