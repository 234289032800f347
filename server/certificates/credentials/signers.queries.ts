import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'

/** The ids of the keys that signed the credentials in the database. */
export async function listSigners(db: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct substring(credential from '"verificationMethod":\\s*"([^"]+)"') as id
    from (select credential from certificate_files union all select credential from status_lists) signed
    where credential is not null order by 1`.execute(db)
  return rows.map(({ id }) => id)
}
