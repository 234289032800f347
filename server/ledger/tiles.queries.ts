import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

/** The hashes of a full tile. */
export async function findTileHashes(db: Kysely<DB>, level: number, number: number): Promise<Buffer> {
  const { hashes } = await db
    .selectFrom('ledger_tiles')
    .select('hashes')
    .where('level', '=', level)
    .where('number', '=', number)
    .executeTakeFirstOrThrow()
  return hashes
}

/** The roots of full tiles, from this number on. */
export async function listTileRoots(
  db: Kysely<DB>,
  level: number,
  from: number,
  count: number,
): Promise<readonly Buffer[]> {
  const rows = await db
    .selectFrom('ledger_tiles')
    .select('root')
    .where('level', '=', level)
    .where('number', '>=', from)
    .where('number', '<', from + count)
    .orderBy('number')
    .execute()
  return rows.map(({ root }) => root)
}

/** The hashes of rows, from the one with this index on. */
export async function listRowHashes(
  db: Kysely<DB>,
  first: number,
  count: number,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('ledger')
    .select('hash')
    .where('seq', '>', first)
    .where('seq', '<=', first + count)
    .orderBy('seq')
    .execute()
  return rows.map(({ hash }) => hash)
}

/** How many full tiles of a level are stored. */
export async function countTiles(db: Kysely<DB>, level: number): Promise<number> {
  const { rows } = await sql<{ last: number | null }>`
    select max(number) as last from ledger_tiles where level = ${level}`.execute(db)
  return rows[0]?.last == null ? 0 : Number(rows[0].last) + 1
}

export async function listTiles(db: Kysely<DB>, level: number, from: number, count: number) {
  const rows = await db
    .selectFrom('ledger_tiles')
    .select(['number', 'hashes', 'root'])
    .where('level', '=', level)
    .where('number', '>=', from)
    .where('number', '<', from + count)
    .orderBy('number')
    .execute()
  return rows.map((row) => ({ ...row, number: Number(row.number) }))
}
