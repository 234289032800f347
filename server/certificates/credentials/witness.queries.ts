import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'

/** The last head of another ledger that we have cosigned. */
export const findWitnessedHead = (db: Kysely<DB>, origin: string) =>
  db
    .selectFrom('witnessed_heads')
    .select(['origin', 'size', 'root', 'note'])
    .where('origin', '=', origin)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()

/** How many rows of our ledger a witness has cosigned. */
export async function findCosignedSize(db: Kysely<DB>, witness: string): Promise<number> {
  const row = await db
    .selectFrom('ledger_cosignatures')
    .innerJoin('ledger_heads', 'ledger_heads.id', 'ledger_cosignatures.head_id')
    .select('size')
    .where('witness', '=', witness)
    .orderBy('head_id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.size ?? 0
}

/** The lines of witnesses below a head. */
export async function listCosignatures(db: Kysely<DB>, size: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('ledger_cosignatures')
    .innerJoin('ledger_heads', 'ledger_heads.id', 'ledger_cosignatures.head_id')
    .select('line')
    .where('size', '=', size)
    .orderBy('witness')
    .execute()
  return rows.map(({ line }) => line)
}
