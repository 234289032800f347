import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

/** True where an account asks for more than a password: a passkey, or an authenticator app that was confirmed. */
export async function hasSecondFactor(db: Kysely<DB>, personId: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from passkeys where person_id = ${personId})
      or exists (select from authenticators where person_id = ${personId} and confirmed_at is not null) as found`.execute(
    db,
  )
  return rows[0]?.found ?? false
}
