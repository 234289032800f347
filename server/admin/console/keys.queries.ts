import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

type Signed = Readonly<{ certificates: number; status_lists: number; heads: number }>

type Period = Readonly<{ valid_from: string; valid_to: string | null }>

/** What was signed in each period, which is what the key of that period signed: only one key signs at a time. */
export async function countSigned(db: Kysely<DB>, periods: readonly Period[]): Promise<readonly Signed[]> {
  const within = (column: string) =>
    sql`${sql.ref(column)} >= k.valid_from and (k.valid_to is null or ${sql.ref(column)} < k.valid_to)`
  const { rows } = await sql<Signed>`
    select
      (select count(*) from certificate_files where credential is not null and ${within('created_at')})::int as certificates,
      (select count(*) from status_lists where ${within('signed_at')})::int as status_lists,
      (select count(*) from ledger_heads where ${within('signed_at')})::int as heads
    from unnest(${periods.map(({ valid_from }) => valid_from)}::timestamptz[],
      ${periods.map(({ valid_to }) => valid_to)}::timestamptz[]) with ordinality k (valid_from, valid_to, place)
    order by k.place`.execute(db)
  return rows
}
