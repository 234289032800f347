import { randomBytes } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { enqueue, enqueueAll } from '#server/jobs/enqueue.ts'
import { dayOf } from '#server/lib/days.ts'
import type { NewNotice } from './kinds.ts'
import { findPreferences, listForgottenEmails, type Preferences } from './queries.ts'

/**
 * Writes a notice and the job of its email in the transaction that causes it. A key that this person was told before is
 * told no more. Returns the notice's id, or null where it was there.
 */
export async function notify(trx: Transaction<DB>, notice: NewNotice): Promise<string | null> {
  const [id = null] = await notifyAll(trx, [notice])
  return id
}

/** Many notices in three statements, such as those of a large import. Returns the ids of the new ones. */
export async function notifyAll(
  trx: Transaction<DB>,
  notices: readonly NewNotice[],
): Promise<readonly string[]> {
  if (notices.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    insert into notices (person_id, kind, facts, dedupe_key)
    select person_id, kind, facts, dedupe_key
    from jsonb_to_recordset(${JSON.stringify(notices)}::jsonb)
      as one(person_id uuid, kind text, facts jsonb, dedupe_key text)
    on conflict (person_id, dedupe_key) do nothing returning id`.execute(trx)
  const ids = rows.map(({ id }) => id)
  if (ids.length === 0) return []
  await trx
    .insertInto('notice_emails')
    .values(ids.map((notice_id) => ({ notice_id })))
    .execute()
  await enqueueAll(
    trx,
    'send-email',
    ids.map((notice) => ({ notice })),
  )
  return ids
}

/** Ends notices whose matter is settled: they no longer count, and their email is not sent. */
export async function endNotices(trx: Transaction<DB>, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await trx
    .updateTable('notices')
    .set({ moot_at: sql`now()` })
    .where('id', 'in', [...ids])
    .where('moot_at', 'is', null)
    .execute()
}

export async function markRead(db: Database, personId: string, noticeId: string | null): Promise<void> {
  await db
    .updateTable('notices')
    .set({ read_at: sql`now()` })
    .where('person_id', '=', personId)
    .where('read_at', 'is', null)
    .$if(noticeId !== null, (query) => query.where('id', '=', noticeId ?? ''))
    .execute()
}

/** A person's preferences, made with their address to unsubscribe at the first need. */
export async function preferencesOf(db: Kysely<DB>, personId: string): Promise<Preferences> {
  await db
    .insertInto('notice_preferences')
    .values({ person_id: personId, unsubscribe_token: randomBytes(20).toString('base64url') })
    .onConflict((conflict) => conflict.column('person_id').doNothing())
    .execute()
  const preferences = await findPreferences(db, personId)
  if (!preferences) throw new Error('Preferences that were just written are gone.')
  return preferences
}

export async function savePreferences(
  db: Database,
  personId: string,
  chosen: Pick<Preferences, 'frequency' | 'is_discreet'>,
): Promise<void> {
  await preferencesOf(db, personId)
  await db.updateTable('notice_preferences').set(chosen).where('person_id', '=', personId).execute()
}

/** Ends optional email for the person with this address; false where there is no such address. */
export async function unsubscribe(db: Database, token: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('notice_preferences')
    .set({ frequency: 'never' })
    .where('unsubscribe_token', '=', token)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Tries a stopped address again from now on, such as after a full mailbox. */
export async function allowAddress(db: Database, email: string): Promise<void> {
  await db.deleteFrom('stopped_addresses').where('email', '=', email).execute()
}

/** Takes up emails whose job failed for good, once a day. */
export async function resendForgotten(db: Database): Promise<void> {
  await db.transaction().execute(async (trx) => {
    for (const id of await listForgottenEmails(trx)) await enqueue(trx, 'send-email', { notice: id })
  })
}

/** One notice for each person who chose a daily summary and has optional ones waiting. */
export async function summarize(db: Database, now: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ person_id: string; count: number }>`
      with waiting as (
        update notice_emails e set state = 'summarized' from notices n
        where n.id = e.notice_id and e.state = 'summary' returning n.person_id
      ) select person_id, count(*)::int as count from waiting group by person_id order by person_id`.execute(
      trx,
    )
    for (const { person_id, count } of rows)
      await notify(trx, {
        person_id,
        kind: 'daily-summary',
        facts: { count },
        dedupe_key: `summary ${dayOf(now)}`,
      })
  })
}
