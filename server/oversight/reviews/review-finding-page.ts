import type { RuleCode } from '#server/law/reasons/finding.ts'
import { ruleOf } from '#server/law/reasons/rules.ts'
import type { Day } from '#server/lib/days.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import type { FieldError } from '#server/web/views.ts'
import type { FindingRow } from './review.queries.ts'
import { actsOpenTo, findingState, findingStateNames, findingStateTones } from './review-words.ts'

/** A finding for a page: its state, follow-up day, and possible actions. */
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

/** A finding's page. Licensing staff act on it, and an administrator of the program answers it. */
export function findingPageFor(viewer: Viewer, row: FindingRow, errors: readonly FieldError[]) {
  const finding = findingPage(row)
  return {
    title: finding.name,
    finding,
    errors,
    typed: '',
    typedAct: {},
    isLicensing: hasRole(viewer, 'licensing'),
    mayAnswer:
      viewer.administered_program_ids.includes(row.program_id) &&
      (finding.state === 'sent' || finding.state === 'answered'),
  }
}

const actWords = {
  sent: 'Sent to the program',
  'follow-up-moved': 'Follow-up day changed',
  resolved: 'Resolved',
  reopened: 'More information requested',
  withdrawn: 'Withdrawn',
} as const
