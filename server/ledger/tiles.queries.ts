import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { leavesOf, type ReadTile, type Tile, tileWidth } from './tiles.ts'

/** Reads tiles from the database: full ones as they are stored, the last of each level from what it is made of. */
export const tileReader =
  (db: Kysely<DB>): ReadTile =>
  async (tile) =>
    tile.width === tileWidth ? findFullTile(db, tile) : findPartialTile(db, tile)

async function findFullTile(db: Kysely<DB>, { level, number }: Tile): Promise<Buffer> {
  const { hashes } = await db
    .selectFrom('ledger_tiles')
    .select('hashes')
    .where('level', '=', level)
    .where('number', '=', number)
    .executeTakeFirstOrThrow()
  return hashes
}

async function findPartialTile(db: Kysely<DB>, { level, number, width }: Tile): Promise<Buffer> {
  const first = number * tileWidth
  if (level === 0) return leavesOf(await listRowHashes(db, first, width))
  const rows = await db
    .selectFrom('ledger_tiles')
    .select('root')
    .where('level', '=', level - 1)
    .where('number', '>=', first)
    .where('number', '<', first + width)
    .orderBy('number')
    .execute()
  return Buffer.concat(rows.map(({ root }) => root))
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
