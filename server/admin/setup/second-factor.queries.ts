import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

/** True where an account asks for more than a password. Passkeys and authenticator apps are added on the account page. */
export async function hasSecondFactor(db: Kysely<DB>, personId: string): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`
    select to_regclass('passkeys') is not null as there`.execute(db)
  if (!rows[0]?.there) return false
  const found = await sql`select from passkeys where person_id = ${personId} limit 1`.execute(db)
  return found.rows.length > 0
}
