import { type Kysely, sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { notify } from '#server/notices/actions.ts'

/** A program put someone on its roster whose email has an account that it doesn't know. */
type Asked = Readonly<{ placeholder_id: string; person_id: string; program_id: string; email: string }>

/** Of these new people, the ones whose email has an account: its owner is asked, and the program learns nothing. */
export async function listAskedFor(
  db: Kysely<DB>,
  people: readonly Readonly<{ id: string; email: string | null; program_id?: string }>[],
): Promise<readonly Asked[]> {
  const emails = people.flatMap(({ email }) => email ?? [])
  if (emails.length === 0) return []
  const { rows } = await sql<{ id: string; email: string }>`
    select coalesce(merged_into, id) as id, email from people where email = any(${emails}::text[])`.execute(
    db,
  )
  const owners = new Map(rows.map(({ id, email }) => [email, id]))
  return people.flatMap(({ id, email, program_id }) => {
    const person_id = email && owners.get(email)
    return email && person_id && program_id ? [{ placeholder_id: id, person_id, program_id, email }] : []
  })
}

/** Asks each owner whether the program may see their record, or whether they accept a role. */
export async function askOwners(
  trx: Transaction<DB>,
  { viewer, now }: Readonly<{ viewer: Readonly<{ id: string }>; now: Date }>,
  asked: readonly Asked[],
  role?: string,
): Promise<void> {
  for (const one of asked) {
    const { id } = await trx
      .insertInto('record_requests')
      .values({ ...one, requested_by: viewer.id, requested_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    await notify(trx, {
      person_id: one.person_id,
      kind: 'record-asked',
      facts: { program: await programName(trx, one.program_id), ...(role ? { role } : {}) },
      dedupe_key: `record asked ${id}`,
    })
  }
}

async function programName(trx: Transaction<DB>, programId: string): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select coalesce(d.name, h.name) as name from programs p join license_holders h on h.id = p.holder_id
    left join lateral (select d.name from program_details d where d.program_id = p.id and d.superseded_at is null
      order by d.from_on desc limit 1) d on true where p.id = ${programId}`.execute(trx)
  return rows[0]?.name ?? 'A program'
}
