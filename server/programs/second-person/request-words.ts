import { formatDay } from '#server/lib/days.ts'
import { postNames, postOf } from '#server/people/granting.ts'
import type { SecondPersonRequest } from './requests.queries.ts'

/** What waits for a second person, in words. */
export function requestWords(request: SecondPersonRequest): string {
  switch (request.kind) {
    case 'role':
      return `${request.person} as ${postNames[postOf({ ...request.facts, holder_id: request.holder_id })].toLowerCase()}`
    case 'hire':
      return `Day of hire of ${request.facts.name}: ${formatDay(request.facts.hired_on)}`
    case 'roster-file':
      return `Roster file ${request.facts.file_name}`
    case 'account-merge':
      return `Merge two accounts of one person: ${request.facts.merged} into ${request.facts.kept}`
  }
}
