import type { Day } from '#server/lib/days.ts'
import type { RuleCode } from '#server/requirements/finding.ts'
import { ruleOf } from '#server/requirements/rules.ts'
import type { FindingRow } from './review.queries.ts'
import { actsOpenTo, findingState, findingStateNames, findingStateTones } from './review-words.ts'

/** A finding as pages show it: where it stands, by when it is followed up, and what can be done with it. */
export function findingPage(row: FindingRow) {
  const state = findingState(row.acts, row.answers.at(-1)?.at ?? null)
  const follow_up_on: Day | null =
    row.acts.findLast(({ follow_up_on }) => follow_up_on !== null)?.follow_up_on ?? row.follow_up_on
  return {
    ...row,
    name: `Finding ${row.review_number}.${row.number}`,
    follow_up_on,
    state,
    stateName: findingStateNames[state],
    stateTone: findingStateTones[state],
    ruleWords: row.rule ? `${row.rule}: ${ruleOf(row.rule as RuleCode).title}` : '',
    openActs: actsOpenTo[state],
    history: [
      ...row.acts.map(({ act, at, by, reason }) => ({ at: new Date(at), by, words: actWords[act], reason })),
      ...row.answers.map(({ at, by }) => ({ at: new Date(at), by, words: 'Answered', reason: '' })),
    ].sort((a, b) => a.at.getTime() - b.at.getTime()),
  }
}

export const actWords = {
  sent: 'Sent to the program',
  'follow-up-moved': 'Follow-up day moved',
  resolved: 'Resolved',
  reopened: 'Asked for more',
  withdrawn: 'Withdrawn',
} as const
