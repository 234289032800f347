import type { RuleCode } from '#server/law/reasons/finding.ts'
import { ruleOf } from '#server/law/reasons/rules.ts'
import type { Day } from '#server/lib/days.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import type { FieldError } from '#server/web/views.ts'
import type { FindingRow } from './review.queries.ts'
import { actsOpenTo, findingState, findingStateNames, findingStateTones, isEditable } from './review-words.ts'

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
    isEditable: isEditable(state),
    isSent: row.acts.some(({ act }) => act === 'sent'),
    history: [
      ...row.acts.map(({ act, at, by, reason }) => ({ at: new Date(at), by, words: actWords[act], reason })),
      ...row.answers.map(({ at, by }) => ({ at: new Date(at), by, words: 'Answered', reason: '' })),
    ].sort((a, b) => a.at.getTime() - b.at.getTime()),
  }
}

/** A finding's page. Licensing staff act on it, and an administrator of the program answers it. */
export function findingPageFor(viewer: Viewer, row: FindingRow, errors: readonly FieldError[]) {
  const finding = findingPage(row)
  const isLicensing = hasRole(viewer, 'licensing')
  return {
    title: finding.name,
    finding,
    errors,
    typed: '',
    typedAct: {},
    isLicensing,
    earlier: earlierWordings(row, isLicensing),
    mayAnswer:
      viewer.administered_program_ids.includes(row.program_id) &&
      (finding.state === 'sent' || finding.state === 'answered'),
  }
}

/** The wordings before the current one, latest first. A program sees those that it had been sent. */
function earlierWordings({ wordings, acts }: FindingRow, isLicensing: boolean) {
  const sentAt = acts.find(({ act }) => act === 'sent')?.at
  return wordings
    .flatMap((wording, index) => {
      const next = wordings[index + 1]
      const wasSent = sentAt !== undefined && next !== undefined && Date.parse(next.at) >= Date.parse(sentAt)
      return next && (isLicensing || wasSent) ? [{ ...wording, wasSent, replacedAt: new Date(next.at) }] : []
    })
    .reverse()
}

const actWords = {
  sent: 'Sent to the program',
  'follow-up-moved': 'Follow-up day changed',
  corrected: 'Text corrected. The earlier wording is below',
  resolved: 'Resolved',
  reopened: 'More information requested',
  withdrawn: 'Withdrawn',
} as const
