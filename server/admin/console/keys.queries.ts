import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

export type Signed = Readonly<{ certificates: number; status_lists: number; heads: number }>

/** What was signed in a period, which is what the key of that period signed: only one key signs at a time. */
export async function countSigned(
  db: Kysely<DB>,
  period: Readonly<{ from: string; to: string | null }>,
): Promise<Signed> {
  const within = (column: string) => sql`
    ${sql.ref(column)} >= ${period.from}::timestamptz and (${period.to}::timestamptz is null or ${sql.ref(column)} < ${period.to}::timestamptz)`
  const { rows } = await sql<Signed>`
    select
      (select count(*) from certificate_files where credential is not null and ${within('created_at')})::int as certificates,
      (select count(*) from status_lists where ${within('signed_at')})::int as status_lists,
      (select count(*) from ledger_heads where ${within('signed_at')})::int as heads`.execute(db)
  return rows[0]!
}
