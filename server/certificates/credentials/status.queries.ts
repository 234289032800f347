import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { ListName } from './status-places.ts'

/** The last signed version of a list. */
export const findSignedList = (db: Kysely<DB>, name: ListName, list: number) =>
  db
    .selectFrom('status_lists')
    .select(['id', 'credential', 'signed_at'])
    .where('purpose', '=', name)
    .where('list', '=', list)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()

/** The set entries of a list: its revoked or superseded certificates. */
export async function listSetPlaces(
  db: Kysely<DB>,
  name: ListName,
  list: number,
): Promise<readonly number[]> {
  const { rows } = await sql<{ place: number }>`
    select ${sql.ref(`${name}_index`)} as place
    from certificate_proofs p join certificate_status_changes a using (certificate_id)
    where p.list = ${list} and ${sql.ref(`${name}_index`)} is not null and a.act = ${name === 'revocation' ? 'revoked' : 'superseded'}`.execute(
    db,
  )
  return rows.map(({ place }) => place)
}

/** How many certificates have been issued. */
export async function countIssued(db: Kysely<DB>): Promise<number> {
  const row = await db.selectFrom('certificate_counter').select('last_number').executeTakeFirstOrThrow()
  return row.last_number
}
