import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { type AccountMail, accountsMerged } from '#server/people/account-emails.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import { endAccess } from '#server/people/account-state.actions.ts'
import { type Actor, hireConfirmers } from '#server/people/granting.ts'
import { findAsViewer, lockPeople } from '#server/people/queries.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { whyNotTwoPeople } from '#server/people/two-people.queries.ts'
import { isOneself } from '#server/people/two-people.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { askSecondPerson, endSecondPersonRequest } from '#server/programs/second-person/requests.actions.ts'
import type { SecondPersonRequest } from '#server/programs/second-person/requests.queries.ts'
import { findScope } from '#server/programs/second-person/scope.queries.ts'
import { listSecondPeople } from '#server/programs/second-person/second-people.queries.ts'
import { type Account, findAccountOf } from './accounts.queries.ts'
import { giveBackHoldings, type Moved, moveHoldings } from './merge-moves.actions.ts'
import { findHoldings, findOpenMergeRequest, type Holdings, lockMerge } from './merges.queries.ts'
import { canReverse, mergeProblem, movesInWords, reversibleUntil } from './merging.ts'

export type Merging = Readonly<{
  viewer: Viewer
  now: Date
  afterChange: AfterChange
  mail: AccountMail
  tellOwner: TellOwner
}>

/** Who may confirm a merge: those who look after rosters, and for the whole installation licensing or another system administrator. */
export const mergeConfirmers: readonly Actor[] = [...hireConfirmers, 'system_admin']

type Side = Readonly<{ account: Account; holdings: Holdings }>
type PlannedMerge = Readonly<{ kept: Side; merged: Side; problem: string | null }>

/** Two accounts that this administrator may merge, with what they hold; null if one is out of reach. */
export async function planMerge(
  db: Database | EvidenceTransaction,
  viewer: Viewer,
  keptId: string,
  mergedId: string,
  now: Date,
): Promise<PlannedMerge | null> {
  const sides: Side[] = []
  for (const id of [keptId, mergedId]) {
    const found = await findAccountOf(db, viewer, id, dayOf(now))
    if (!found?.canChange) return null
    sides.push({ account: found.account, holdings: await findHoldings(db, id) })
  }
  const [kept, merged] = sides as [Side, Side]
  let problem = mergeProblem(kept, merged)
  for (const { account } of sides)
    if (isOneself(await whyNotTwoPeople(db, viewer.id, account.id, { askedAt: now, now })))
      problem ??= 'One of these accounts is your own. Another administrator has to ask.'
  return { kept, merged, problem }
}

type AskAnswer = { kind: 'asked' } | { kind: 'not-found' } | { kind: 'refused'; message: string }

/** Asks a second person to merge two accounts of one person. Nothing changes until they confirm. */
export const askMerge = (
  db: Database,
  { viewer, now }: Pick<Merging, 'viewer' | 'now'>,
  keptId: string,
  mergedId: string,
  reason: string,
): Promise<AskAnswer> =>
  writeEvidence(db, async (trx): Promise<AskAnswer> => {
    await lockPeople(trx, [keptId, mergedId])
    const plan = await planMerge(trx, viewer, keptId, mergedId, now)
    if (!plan) return { kind: 'not-found' }
    if (plan.problem) return { kind: 'refused', message: plan.problem }
    if (await findOpenMergeRequest(trx, keptId, mergedId))
      return {
        kind: 'refused',
        message: 'A merge of one of these accounts already waits for a second person.',
      }
    const reach = { program_id: programOf(viewer, plan), holder_id: null }
    const scope = await findScope(trx, reach)
    if (!scope) return { kind: 'not-found' }
    const { kept, merged } = plan
    const asked = { firstId: viewer.id, aboutId: keptId, askedAt: now, now }
    const second = (await listSecondPeople(trx, scope, mergeConfirmers, asked)).filter(
      ({ id }) => id !== mergedId,
    )
    await askSecondPerson(
      trx,
      {
        ...reach,
        kind: 'account-merge',
        facts: {
          merged_id: mergedId,
          kept: nameOf(kept.account),
          merged: nameOf(merged.account),
          moves: movesInWords(merged.holdings),
          reason,
        },
        person_id: keptId,
        requested_by: viewer.id,
        what: `the merge of two accounts of ${kept.account.name}`,
      },
      second,
      now,
    )
    return { kind: 'asked' }
  })

/** The program in whose name a program administrator asks; null for a system administrator, who asks for the installation. */
const programOf = (viewer: Viewer, { kept, merged }: PlannedMerge): string | null =>
  hasRole(viewer, 'system_admin')
    ? null
    : ([...kept.holdings.work, ...merged.holdings.work].find(({ program_id }) =>
        viewer.administered_program_ids.includes(program_id),
      )?.program_id ??
      viewer.administered_program_ids[0] ??
      null)

const nameOf = ({ name, email }: Account) => (email ? `${name} (${email})` : name)

type MergeAnswer = { kind: 'done' } | { kind: 'moot'; message: string }

/** A second person confirms a merge: in the same transaction the two accounts become one. */
export async function confirmMerge(
  trx: EvidenceTransaction,
  merging: Merging,
  request: SecondPersonRequest & Readonly<{ kind: 'account-merge' }>,
): Promise<MergeAnswer> {
  const { now, viewer } = merging
  const { merged_id, reason, moves } = request.facts
  const pair = { kept: request.person_id ?? '', merged: merged_id }
  await lockBoth(trx, pair)
  const requester = await findAsViewer(trx, request.requested_by)
  const plan = requester && (await planMerge(trx, requester, pair.kept, pair.merged, now))
  if (!plan)
    return {
      kind: 'moot',
      message: `${request.requester} may no longer change these accounts. Refuse the request.`,
    }
  if (plan.problem) return { kind: 'moot', message: `${plan.problem} Nothing was changed.` }
  await endSecondPersonRequest(trx, request, 'confirmed', viewer.id, now)
  const by = { id: request.requested_by, name: request.requester, now }
  const moved = await joinAccounts(trx, pair, by)
  const { id } = await trx
    .insertInto('account_merges')
    .values({
      kept_id: pair.kept,
      merged_id: pair.merged,
      reason,
      asked_by: by.id,
      confirmed_by: viewer.id,
      merged_at: now,
      moved: JSON.stringify(moved),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const facts = { merge_id: id, kept_id: pair.kept, merged_id, reason, moves, confirmed_by: viewer.id }
  for (const personId of [pair.kept, pair.merged])
    trx.record({ kind: 'accounts-merged', actor_id: by.id, subject: `person:${personId}`, facts, at: now })
  await tellOfMerge(trx, merging, plan, by.name)
  await merging.afterChange(trx, [pair.kept, pair.merged].sort(), now)
  return { kind: 'done' }
}

type Pair = Readonly<{ kept: string; merged: string }>

/** Programs first, then people, as for every change of a roster. */
async function lockBoth(trx: EvidenceTransaction, { kept, merged }: Pair): Promise<void> {
  await sql`select id from programs where id in (
    select program_id from assignments where person_id in (${kept}, ${merged}) and superseded_at is null)
    order by id for no key update`.execute(trx)
  await lockPeople(trx, [kept, merged])
}

/** What the merged account was, and what moved from it. */
type Joined = Moved &
  Readonly<{
    disabled_at: string | null
    closed_at: string | null
    kept_was_confidential: boolean
    /** The email that the kept account got, because it had none. */
    email: string | null
    /** Accounts that had been merged into this one before. */
    held: readonly string[]
  }>

async function joinAccounts(
  trx: EvidenceTransaction,
  pair: Pair,
  by: Readonly<{ id: string; name: string; now: Date }>,
): Promise<Joined> {
  const { rows } = await sql<Omit<Joined, keyof Moved> & { is_confidential: boolean }>`
    select m.disabled_at, m.closed_at, m.is_confidential, k.is_confidential as kept_was_confidential, m.other_account_ids as held,
      case when k.email is null then m.email end as email
    from people m, people k where m.id = ${pair.merged} and k.id = ${pair.kept}`.execute(trx)
  const { is_confidential, ...before } = rows[0]!
  const moved = await moveHoldings(trx, pair, by)
  await endAccess(trx, pair.merged, by.now)
  await sql`
    update people set merged_into = ${pair.kept}, merged_at = coalesce(merged_at, ${by.now}),
      email = case when id = ${pair.merged} and ${before.email !== null} then null else email end,
      disabled_at = ${by.now}, closed_at = ${by.now}, other_account_ids = '{}'
    where id = any(${[pair.merged, ...before.held]}::uuid[])`.execute(trx)
  await sql`
    update people set is_confidential = is_confidential or ${is_confidential}, email = coalesce(email, ${before.email}),
      other_account_ids = other_account_ids || ${[pair.merged, ...before.held]}::uuid[]
    where id = ${pair.kept}`.execute(trx)
  return { ...before, ...moved }
}

/** The person hears of it in their account, which also sends an email, and at the address that they no longer have to use. */
async function tellOfMerge(
  trx: EvidenceTransaction,
  { mail, tellOwner, now }: Merging,
  { kept, merged }: PlannedMerge,
  by: string,
): Promise<void> {
  await tellOwner(trx, kept.account.id, { what: 'accounts-merged', by, key: now.toISOString() })
  if (mail && merged.account.email)
    await mail(trx, accountsMerged(merged.account.email, kept.account.id, reversibleUntil(now)))
}

type ReverseAnswer = { kind: 'done' } | { kind: 'not-found' } | { kind: 'refused'; message: string }

/** Takes two accounts apart again: each has what it had, and what happened since stays with the account that did it. */
export const reverseMerge = (
  db: Database,
  { viewer, now, afterChange, tellOwner }: Omit<Merging, 'mail'>,
  mergeId: string,
  reason: string,
): Promise<ReverseAnswer> =>
  writeEvidence(db, async (trx): Promise<ReverseAnswer> => {
    const merge = await lockMerge(trx, mergeId)
    if (!merge) return { kind: 'not-found' }
    const pair = { kept: merge.kept_id, merged: merge.merged_id }
    await lockBoth(trx, pair)
    const found = await findAccountOf(trx, viewer, pair.kept, dayOf(now))
    // Nor can an account that was merged into another one since: that merge is reversed first.
    if (!found?.canChange) return { kind: 'not-found' }
    if (!canReverse(merge.merged_at, now))
      return { kind: 'refused', message: 'More than 30 days have passed. This merge is final.' }
    const by = { id: viewer.id, name: viewer.name, now }
    await separateAccounts(trx, pair, merge.moved as unknown as Joined, by)
    // If they are two people, the other one may be signed in to it.
    await endAccess(trx, pair.kept, now)
    await trx
      .updateTable('account_merges')
      .set({ superseded_at: now, superseded_by: viewer.id, superseded_reason: reason })
      .where('id', '=', mergeId)
      .execute()
    for (const personId of [pair.kept, pair.merged]) {
      const facts = { merge_id: mergeId, kept_id: pair.kept, merged_id: pair.merged, reason }
      trx.record({
        kind: 'accounts-separated',
        actor_id: viewer.id,
        subject: `person:${personId}`,
        facts,
        at: now,
      })
      await tellOwner(trx, personId, { what: 'accounts-separated', by: viewer.name, key: now.toISOString() })
    }
    await afterChange(trx, [pair.kept, pair.merged].sort(), now)
    return { kind: 'done' }
  })

async function separateAccounts(
  trx: EvidenceTransaction,
  pair: Pair,
  joined: Joined,
  by: Readonly<{ id: string; name: string; now: Date }>,
): Promise<void> {
  const { disabled_at, closed_at, kept_was_confidential, email, held } = joined
  await sql`
    update people set is_confidential = ${kept_was_confidential}, email = case when email = ${email} then null else email end,
      other_account_ids = array(
      select one from unnest(other_account_ids) one where one <> all(${[pair.merged, ...held]}::uuid[]))
    where id = ${pair.kept}`.execute(trx)
  await sql`
    update people set merged_into = null, merged_at = null, disabled_at = ${disabled_at}, closed_at = ${closed_at}, email = coalesce(email, ${email}),
      other_account_ids = ${[...held]}::uuid[]
    where id = ${pair.merged}`.execute(trx)
  await sql`update people set merged_into = ${pair.merged} where id = any(${[...held]}::uuid[])`.execute(trx)
  await giveBackHoldings(trx, pair, joined, by)
}
