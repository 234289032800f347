import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { accountsOf } from '#server/people/accounts-of.queries.ts'

export const findOwnAccount = (db: Kysely<DB>, personId: string) =>
  db
    .selectFrom('people')
    .select(['name', 'pronunciation', 'email', 'is_confidential'])
    .where('id', '=', personId)
    .executeTakeFirstOrThrow()

/** What this person signs in with besides an email: a program's code and their employee id, as in 101-4482. */
export async function listEmployeeNames(db: Kysely<DB>, personId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('employee_ids')
    .innerJoin('programs', 'programs.id', 'employee_ids.program_id')
    .select(['programs.code', 'employee_id'])
    .where('person_id', '=', personId)
    .orderBy('programs.code')
    .execute()
  return rows.map(({ code, employee_id }) => `${code}-${employee_id}`)
}

/** A change of email that waits for its link to be opened. */
export const findOpenEmailChange = (db: Kysely<DB>, personId: string, now: Date) =>
  db
    .selectFrom('email_changes')
    .select('to_email')
    .where('person_id', '=', personId)
    .where('confirmed_at', 'is', null)
    .where('canceled_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst()

export const listPasskeys = (db: Kysely<DB>, personId: string) =>
  db
    .selectFrom('passkeys')
    .select(['id', 'name', 'created_at', 'last_used_at'])
    .where('person_id', '=', personId)
    .orderBy('created_at')
    .execute()

export const countRecoveryCodes = async (db: Kysely<DB>, personId: string): Promise<number> => {
  const { count } = await db
    .selectFrom('recovery_codes')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('person_id', '=', personId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

type RecordView = Readonly<{
  at: Date
  who: string | null
  kind: string
  facts: Record<string, unknown>
}>

/** Who looked at this person's record, the latest first: each look of licensing staff and system administrators, others' once a day. */
export async function listViewsOf(db: Kysely<DB>, personId: string): Promise<readonly RecordView[]> {
  const isTheirs = sql`id = ${accountsOf([personId])}`
  const { rows } = await sql<RecordView>`
    select l.at, p.name as who, l.kind, l.facts::jsonb as facts
    from ledger_entries l left join people p on p.id = l.actor_id
    where l.kind in ('person-viewed', 'record-opened') and l.actor_id is distinct from ${personId}::uuid
      and (l.subject = any(array(select 'person:' || id from people where ${isTheirs}))
        or l.facts like any(array(select '%"' || id || '"%' from people where ${isTheirs})))
    union all
    select k.looked_at, p.name, 'page-opened', jsonb_build_object('what', k.what)
    from record_looks k join people p on p.id = k.looked_by where k.person_id = ${accountsOf([personId])}
    order by at desc limit 200`.execute(db)
  return rows
}

type SignInLine = Readonly<{
  at: Date
  how: string
  is_accepted: boolean
  address: string
  device: string
}>

/** Someone's sign-ins of the last 180 days, refused ones included, the latest first. */
export const listSignIns = (db: Kysely<DB>, personId: string): Promise<readonly SignInLine[]> =>
  db
    .selectFrom('sign_ins')
    .select(['at', 'how', 'is_accepted', 'address', 'device'])
    .where(sql<boolean>`person_id = ${accountsOf([personId])}`)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(200)
    .execute()

/** What no download holds: it would open the account to anyone who finds the file, or it is a file of its own. */
const leftOut = [
  ...['password_hash', 'token_hash', 'code_hash', 'place_hash', 'secret', 'public_key', 'challenge'],
  ...['pdf', 'salt', 'turn'],
]

/** The columns by which a row is about a person, and how it leads to them. */
const leadsTo = (personId: string): Readonly<Record<string, RawBuilder<unknown>>> => {
  const theirs = accountsOf([personId])
  const enrollments = sql`select e.id from enrollments e where e.person_id = ${theirs}`
  return {
    person_id: sql`select id from people where id = ${theirs}`,
    assignment_id: sql`select a.assignment_id from assignments a where a.person_id = ${theirs}`,
    enrollment_id: enrollments,
    attempt_id: sql`select a.id from attempts a where a.enrollment_id in (${enrollments})`,
    completion_id: sql`select c.id from completions c where c.enrollment_id in (${enrollments})`,
    certificate_id: sql`select c.id from certificates c where c.person_id = ${theirs}`,
  }
}

/**
 * Everything on record about one person, table by table, with the ledger's entries about them. The tables are read from
 * the database's own catalog, so a new one is in it too. Reviews are left out: they are licensing's files about a
 * program, and licensing answers for what they hold.
 */
export async function listEverythingAbout(
  db: Kysely<DB>,
  personId: string,
): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const columns = leadsTo(personId)
  const { rows: places } = await sql<{ table: string; column: string }>`
    select distinct on (table_name) table_name as table, column_name as column from information_schema.columns
    where table_schema = 'public' and column_name = any(${Object.keys(columns)}::text[]) and table_name not like 'review%'
    order by table_name, array_position(${Object.keys(columns)}::text[], column_name::text)`.execute(db)
  const about: Record<string, readonly unknown[]> = {
    people: await rowsOf(db, 'people', sql`t.id in (${columns.person_id!})`),
    ledger: await rowsOf(
      db,
      'ledger_entries',
      sql`t.subject in (select 'person:' || id from (${columns.person_id!}) own)`,
    ),
  }
  for (const { table, column } of places)
    about[table] = await rowsOf(db, table, sql`t.${sql.ref(column)} in (${columns[column]!})`)
  return Object.fromEntries(Object.entries(about).filter(([, rows]) => rows.length > 0))
}

async function rowsOf(
  db: Kysely<DB>,
  table: string,
  which: RawBuilder<unknown>,
): Promise<readonly unknown[]> {
  const { rows } = await sql<{ row: unknown }>`
    select to_jsonb(t) - ${leftOut}::text[] as row from ${sql.table(table)} t where ${which}`.execute(db)
  return rows.map(({ row }) => row)
}
