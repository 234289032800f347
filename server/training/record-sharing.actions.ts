import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { notify } from '#server/notices/actions.ts'
import { listProgramAdministrators } from '#server/notices/queries.ts'
import { newToken, tokenHash } from '#server/people/links.ts'
import { lockPeople } from '#server/people/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { moveRoles } from '#server/programs/roles/moved-roles.actions.ts'
import { addWithConsent } from '#server/programs/roster/changes/assignments.actions.ts'
import { moveWork } from '#server/programs/roster/changes/moved-work.actions.ts'
import type { Acting, RosterAnswer } from '#server/programs/roster/changes/roster.actions.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import { findRecordLink, findShown, listRecordRequests } from './record-sharing.queries.ts'

type Asker = Readonly<{ id: string; program_id: string; program: string }>

/** The person answers a program: with a yes, their own account takes the place of the empty one on its roster. */
export const answerRecordRequest = (
  db: Database,
  viewer: Viewer,
  requestId: string,
  outcome: 'agreed' | 'declined',
  now: Date,
): Promise<boolean> =>
  writeEvidence(db, async (trx) => {
    const request = (await listRecordRequests(trx, viewer.id)).find(({ id }) => id === requestId)
    if (!request) return false
    await lockPeople(trx, [viewer.id, request.placeholder_id])
    const ended = await trx
      .updateTable('record_requests')
      .set({ outcome, ended_at: now })
      .where('id', '=', requestId)
      .where('outcome', 'is', null)
      .returning('id')
      .executeTakeFirst()
    // A no is not told to the program: it would say that there is an account.
    if (!ended || outcome === 'declined') return Boolean(ended)
    await takePlace(trx, request.placeholder_id, viewer.id, now)
    await moveRoles(trx, request.placeholder_id, viewer, now)
    const asker = { id: request.requested_by, program_id: request.program_id, program: request.program }
    if (request.is_on_roster) await share(trx, viewer, asker, { request_id: requestId, link_id: null }, now)
    await refreshStandings(trx, [viewer.id, request.placeholder_id].sort(), dayOf(now))
    return true
  })

/** The work on record for the empty account is theirs; nothing of it is rewritten. */
async function takePlace(trx: EvidenceTransaction, from: string, to: string, now: Date): Promise<void> {
  const reason = 'The person agreed to share their record'
  await moveWork(trx, { from, to, by: to, reason, now })
  await sql`
    update employee_ids e set person_id = ${to} where e.person_id = ${from}
      and not exists (select from employee_ids own where own.person_id = ${to} and own.program_id = e.program_id)`.execute(
    trx,
  )
  await trx.updateTable('people').set({ disabled_at: now, closed_at: now }).where('id', '=', from).execute()
}

/** Keeps what was shown, and tells the person, the new program and the administrators where they work. */
async function share(
  trx: EvidenceTransaction,
  person: Readonly<{ id: string; name: string }>,
  asker: Asker,
  consent: Readonly<{ request_id: string | null; link_id: string | null }>,
  now: Date,
): Promise<void> {
  const shown = await findShown(trx, person.id)
  const { program_id, program } = asker
  const { id } = await trx
    .insertInto('record_shares')
    .values({
      person_id: person.id,
      program_id,
      ...consent,
      shown: JSON.stringify(shown),
      shared_at: now,
      shared_with: asker.id,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { name: by } = await trx
    .selectFrom('people')
    .select('name')
    .where('id', '=', asker.id)
    .executeTakeFirstOrThrow()
  const facts = { name: person.name, program, by }
  const dedupe_key = `record shared ${id}`
  await notify(trx, {
    person_id: person.id,
    kind: 'record-shared',
    facts: { ...facts, is_own: true },
    dedupe_key,
  })
  for (const person_id of new Set([
    asker.id,
    ...(await listProgramAdministrators(trx, { personId: person.id })),
  ]))
    if (person_id !== person.id)
      await notify(trx, { person_id, kind: 'record-shared', facts: { ...facts, is_own: false }, dedupe_key })
  trx.record({
    kind: 'record-shared',
    actor_id: person.id,
    subject: `person:${person.id}`,
    facts: { program_id, shared_with: asker.id, ...consent, ...shown },
    at: now,
  })
}

const daysOpen = 7

/** A link with which the person hands their record to their next employer. Earlier ones end. */
export async function makeRecordLink(db: Database, viewer: Viewer, now: Date): Promise<string> {
  const token = newToken()
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('record_links')
      .set({ ended_at: now })
      .where('person_id', '=', viewer.id)
      .where('ended_at', 'is', null)
      .execute()
    await trx
      .insertInto('record_links')
      .values({
        person_id: viewer.id,
        token_hash: tokenHash(token),
        made_at: now,
        expires_at: new Date(now.getTime() + daysOpen * 86_400_000),
      })
      .execute()
  })
  return token
}

/** The new employer's administrator puts the person on the roster, with the record that they handed over. */
export async function acceptRecord(
  db: Database,
  acting: Acting,
  token: string,
  program: Readonly<{ id: string; name: string }>,
  typed: Typed,
): Promise<RosterAnswer> {
  const link = await findRecordLink(db, tokenHash(token), acting.now)
  if (!link) return { kind: 'not-found' }
  const answer = await addWithConsent(db, acting, program.id, link.person_id, typed)
  if (answer.kind !== 'done') return answer
  await writeEvidence(db, async (trx) => {
    await trx.updateTable('record_links').set({ ended_at: acting.now }).where('id', '=', link.id).execute()
    const asker = { id: acting.viewer.id, program_id: program.id, program: program.name }
    await share(
      trx,
      { id: link.person_id, name: link.name },
      asker,
      { link_id: link.id, request_id: null },
      acting.now,
    )
  })
  return answer
}
