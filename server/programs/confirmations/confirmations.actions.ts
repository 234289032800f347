import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import {
  type Actor,
  actorsAt,
  grantingRules,
  hireConfirmers,
  mayDo,
  postOf,
} from '#server/people/granting.ts'
import { findAsViewer } from '#server/people/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { whyNotTwoPeople } from '#server/people/two-people.queries.ts'
import { isOneself, type TwoPeopleProblem } from '#server/people/two-people.ts'
import { confirmMerge, type Merging, mergeConfirmers } from '#server/programs/accounts/merges.actions.ts'
import { resumeImport } from '#server/programs/imports/imports.actions.ts'
import { confirmGrant } from '#server/programs/roles/granting.actions.ts'
import { applyHire } from '#server/programs/roster/changes/hires.actions.ts'
import type { Acting } from '#server/programs/roster/changes/roster.actions.ts'
import { recordBlocked } from '#server/programs/second-person/blocked.actions.ts'
import { endSecondPersonRequest } from '#server/programs/second-person/requests.actions.ts'
import { lockOpenRequest, type SecondPersonRequest } from '#server/programs/second-person/requests.queries.ts'
import { findScope } from '#server/programs/second-person/scope.queries.ts'

type DecideAnswer =
  | { kind: 'done' }
  | { kind: 'not-found' }
  | { kind: 'not-two'; problem: TwoPeopleProblem; requester: string }
  | { kind: 'moot'; message: string }

type Deciding = Merging

/** Who may decide on a request: the table for roles, and those who look after rosters for hires. */
export const confirmersOf = (request: SecondPersonRequest): readonly Actor[] =>
  request.kind === 'role'
    ? (grantingRules[postOf({ ...request.facts, holder_id: request.holder_id })].confirms ?? [])
    : request.kind === 'account-merge'
      ? mergeConfirmers
      : hireConfirmers

/** A second person confirms or refuses a request, or the person who made it withdraws it. A confirmed change takes effect at once. */
export async function decideRequest(
  db: Database,
  deciding: Deciding,
  requestId: string,
  decision: 'confirmed' | 'refused' | 'withdrawn',
): Promise<DecideAnswer> {
  const { viewer, now } = deciding
  const answer = await writeEvidence(db, async (trx) => {
    const request = await lockOpenRequest(trx, requestId)
    const scope = request && (await findScope(trx, request))
    if (!request || !scope) return { kind: 'not-found' } as const
    const isOwn = request.requested_by === viewer.id
    if (decision === 'withdrawn') {
      if (!isOwn) return { kind: 'not-found' } as const
      await endSecondPersonRequest(trx, request, 'withdrawn', viewer.id, now)
      return { kind: 'done' } as const
    }
    if (!mayDo(actorsAt(viewer, scope, scope.siblings), confirmersOf(request)))
      return { kind: 'not-found' } as const
    const problem = await problemOf(trx, viewer, request, now)
    if (problem) return { kind: 'blocked', problem, request } as const
    if (decision === 'confirmed' && request.kind === 'role')
      return confirmGrant(trx, { viewer, now }, request)
    if (decision === 'confirmed' && request.kind === 'account-merge')
      return confirmMerge(trx, deciding, request)
    await endSecondPersonRequest(trx, request, decision, viewer.id, now)
    return decision === 'confirmed' ? ({ kind: 'apply', request } as const) : ({ kind: 'done' } as const)
  })
  switch (answer.kind) {
    case 'blocked': {
      const { problem, request } = answer
      const blocked = { act: request.kind, firstId: request.requested_by, secondId: viewer.id, problem }
      await recordBlocked(db, { ...blocked, programId: request.program_id }, now)
      return { kind: 'not-two', problem, requester: request.requester }
    }
    case 'apply':
      return applyConfirmed(db, deciding, answer.request)
    case 'not-allowed':
      return { kind: 'not-found' }
    default:
      return answer
  }
}

/** Why this viewer can't be the second person to a request. */
export async function problemOf(
  db: Parameters<typeof whyNotTwoPeople>[0],
  viewer: Pick<Viewer, 'id'>,
  request: SecondPersonRequest,
  now: Date,
): Promise<TwoPeopleProblem | null> {
  const between = { askedAt: request.requested_at, now }
  const problem = await whyNotTwoPeople(db, request.requested_by, viewer.id, between)
  if (problem) return problem
  const about = [request.person_id, request.kind === 'account-merge' ? request.facts.merged_id : null]
  for (const personId of about) {
    const asThePerson = personId && (await whyNotTwoPeople(db, personId, viewer.id, between))
    if (asThePerson && isOneself(asThePerson)) return asThePerson
  }
  return null
}

/** Does what was asked, in the name of the one who asked and with the second person's on record. */
async function applyConfirmed(
  db: Database,
  { viewer, now, afterChange }: Deciding,
  request: SecondPersonRequest,
): Promise<DecideAnswer> {
  const requester = await findAsViewer(db, request.requested_by)
  const programId = request.program_id ?? ''
  if (!requester?.administered_program_ids.includes(programId))
    return {
      kind: 'moot',
      message: `${request.requester} no longer administers this program. Nothing was saved.`,
    }
  const acting: Acting = { viewer: requester, now, afterChange, confirmedBy: viewer.id }
  if (request.kind === 'roster-file') {
    const { import_id } = request.facts
    const resumed = await resumeImport(db, acting, programId, import_id, 'applying')
    if (resumed.kind !== 'resumed')
      return { kind: 'moot', message: 'The file is no longer waiting. Nothing was saved. Upload it again.' }
    return { kind: 'done' }
  }
  if (request.kind !== 'hire') return { kind: 'done' }
  const { act, assignment_id, typed } = request.facts
  const hire = { act, programId, personId: request.person_id, assignmentId: assignment_id, typed }
  const answer = await applyHire(db, acting, hire)
  if (answer.kind === 'done') return { kind: 'done' }
  const why = answer.kind === 'problems' ? (answer.problems[0]?.message ?? '') : ''
  return {
    kind: 'moot',
    message: `The record has changed since this was asked, so nothing was saved. ${why}`.trim(),
  }
}
