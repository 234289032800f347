import { type Kysely, sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'

export type Notice = Readonly<{
  id: string
  person_id: string
  kind: string
  facts: unknown
  created_at: Date
  read_at: Date | null
  moot_at: Date | null
}>

const columns = ['id', 'person_id', 'kind', 'facts', 'created_at', 'read_at', 'moot_at'] as const

export const listNotices = (db: Kysely<DB>, personId: string, limit: number): Promise<readonly Notice[]> =>
  db
    .selectFrom('notices')
    .select(columns)
    .where('person_id', '=', personId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()

export const findNoticeOf = (db: Kysely<DB>, personId: string, id: string): Promise<Notice | undefined> =>
  db
    .selectFrom('notices')
    .select(columns)
    .where('person_id', '=', personId)
    .where('id', '=', id)
    .executeTakeFirst()

export type EmailToSend = Notice &
  Readonly<{
    name: string
    email: string | null
    disabled_at: Date | null
    stopped_at: Date | null
    attempts: number
  }>

/** The email that waits for a notice, held until the transaction ends; nothing where it is done or being sent. */
export async function lockEmail(trx: Transaction<DB>, noticeId: string): Promise<EmailToSend | null> {
  const { rows } = await sql<EmailToSend>`
    select n.id, n.person_id, n.kind, n.facts, n.created_at, n.read_at, n.moot_at, e.attempts,
      p.name, p.email, p.disabled_at, s.stopped_at
    from notice_emails e join notices n on n.id = e.notice_id join people p on p.id = n.person_id
    left join stopped_addresses s on s.email = p.email
    where e.notice_id = ${noticeId} and e.state = 'queued'
    for update of e skip locked`.execute(trx)
  return rows[0] ?? null
}

export type Preferences = Readonly<{
  frequency: 'at-once' | 'daily' | 'never'
  is_discreet: boolean
  unsubscribe_token: string
}>

export const findPreferences = async (db: Kysely<DB>, personId: string): Promise<Preferences | undefined> =>
  (await db
    .selectFrom('notice_preferences')
    .select(['frequency', 'is_discreet', 'unsubscribe_token'])
    .where('person_id', '=', personId)
    .executeTakeFirst()) as Preferences | undefined

/** An assignment as a, on record and not ended. */
const isAtWork = sql`(a.superseded_at is null and coalesce(a.separated_on >= current_date, true))`

/** Whom it concerns that a person can't be reached: the system's administrators, and those of the person's programs. */
export async function listAdministratorsOf(db: Kysely<DB>, personId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct p.id from roles r join people p on p.id = r.person_id and p.disabled_at is null
    where r.ended_at is null and (r.role = 'system_admin' or (r.role = 'program_admin' and exists (
      select from assignments a join programs g on g.id = a.program_id
      where a.person_id = ${personId} and ${isAtWork} and (r.program_id = g.id or r.holder_id = g.holder_id))))
    order by p.id`.execute(db)
  return rows.map(({ id }) => id)
}

/** The administrators of the programs where a person works now, or of one program. */
export async function listProgramAdministrators(
  db: Kysely<DB>,
  of: Readonly<{ personId: string } | { programId: string }>,
): Promise<readonly string[]> {
  const programs =
    'programId' in of
      ? sql`select ${of.programId}::uuid`
      : sql`select program_id from assignments a where a.person_id = ${of.personId} and ${isAtWork}`
  const { rows } = await sql<{ id: string }>`
    select distinct p.id from programs g
    join roles r on r.role = 'program_admin' and r.ended_at is null and (r.program_id = g.id or r.holder_id = g.holder_id)
    join people p on p.id = r.person_id and p.disabled_at is null
    where g.id in (${programs}) order by p.id`.execute(db)
  return rows.map(({ id }) => id)
}

/** Emails that wait and that no job will send any more: the job was retried to its end, or is gone. */
export async function listForgottenEmails(db: Kysely<DB>): Promise<readonly string[]> {
  const { rows } = await sql<{ notice_id: string }>`
    select e.notice_id from notice_emails e
    where e.state = 'queued' and not exists (
      select from pgboss.job j where j.name = 'send-email' and j.data ->> 'notice' = e.notice_id::text
        and j.state in ('created', 'retry', 'active'))`.execute(db)
  return rows.map(({ notice_id }) => notice_id)
}

// That someone asked for after-care is their own affair.
const isNotPrivate = sql`n.kind <> 'after-care'`

type Undelivered = Readonly<{
  notice_id: string
  name: string
  email: string | null
  kind: string
  created_at: Date
  state: string
  attempts: number
  last_error: string | null
}>

/** Emails that wait since an attempt failed, and those that could not be sent, of people within reach of a viewer. */
export async function listUndelivered(
  db: Kysely<DB>,
  programIds: readonly string[],
  isEverywhere: boolean,
): Promise<readonly Undelivered[]> {
  const { rows } = await sql<Undelivered>`
    select e.notice_id, p.name, p.email, n.kind, n.created_at, e.state, e.attempts, e.last_error
    from notice_emails e join notices n on n.id = e.notice_id join people p on p.id = n.person_id
    where ((e.state = 'queued' and e.attempts > 0) or e.state in ('stopped', 'not-set-up', 'no-address'))
      and n.read_at is null and n.moot_at is null and ${isNotPrivate}
      and ${withinReach(programIds, isEverywhere)}
    order by n.created_at desc limit 200`.execute(db)
  return rows
}

export async function listStoppedAddresses(
  db: Kysely<DB>,
  programIds: readonly string[],
  isEverywhere: boolean,
): Promise<
  readonly Readonly<{ person_id: string; name: string; email: string; answer: string; stopped_at: Date }>[]
> {
  const { rows } = await sql<{
    person_id: string
    name: string
    email: string
    answer: string
    stopped_at: Date
  }>`
    select p.id as person_id, p.name, s.email, s.answer, s.stopped_at
    from stopped_addresses s join people p on p.email = s.email
    where ${withinReach(programIds, isEverywhere)} order by s.stopped_at desc`.execute(db)
  return rows
}

/** Of these addresses, the ones that refuse mail. */
export async function listRefusing(db: Kysely<DB>, emails: readonly string[]): Promise<ReadonlySet<string>> {
  if (emails.length === 0) return new Set()
  const rows = await db
    .selectFrom('stopped_addresses')
    .select('email')
    .where('email', 'in', [...emails])
    .execute()
  return new Set(rows.map(({ email }) => email))
}

/** A notice to print for someone whom email doesn't reach, of people within reach of a viewer. */
export async function findNoticeToPrint(
  db: Kysely<DB>,
  id: string,
  programIds: readonly string[],
  isEverywhere: boolean,
): Promise<(Notice & Readonly<{ name: string }>) | null> {
  const { rows } = await sql<Notice & { name: string }>`
    select n.*, p.name from notices n join people p on p.id = n.person_id
    where n.id = ${id} and ${isNotPrivate} and ${withinReach(programIds, isEverywhere)}`.execute(db)
  return rows[0] ?? null
}

const withinReach = (programIds: readonly string[], isEverywhere: boolean) =>
  isEverywhere
    ? sql`true`
    : sql`exists (select from assignments a where a.person_id = p.id and ${isAtWork}
        and a.program_id = any(${[...programIds]}::uuid[]))`
