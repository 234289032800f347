import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Finding } from './checking.ts'
import { countTiles, findTileHashes, listRowHashes, listTileRoots, listTiles } from './tiles.queries.ts'
import { hashesAt, leavesOf, type ReadTile, rootOfHashes, tileWidth } from './tiles.ts'

/**
 * Stores the full tiles that a tree of this size has and that are not stored yet. Two processes that do it at once write the
 * same bytes.
 */
export async function keepTiles(db: Kysely<DB>, size: number): Promise<void> {
  for (let level = 0; hashesAt(level, size) >= tileWidth; level++) {
    const full = Math.floor(hashesAt(level, size) / tileWidth)
    for (let number = await countTiles(db, level); number < full; number++) {
      const hashes = await hashesOf(db, level, number, tileWidth)
      await db
        .insertInto('ledger_tiles')
        .values({ level, number, hashes, root: rootOfHashes(hashes) })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    }
  }
}

/** Reads tiles from the database: full ones as they are stored, the last of each level from what it is made of. */
export const tileReader =
  (db: Kysely<DB>): ReadTile =>
  async ({ level, number, width }) =>
    width === tileWidth ? findTileHashes(db, level, number) : hashesOf(db, level, number, width)

/** A tile from what it is made of: rows at level 0, roots of tiles above it. */
async function hashesOf(db: Kysely<DB>, level: number, number: number, width: number): Promise<Buffer> {
  const first = number * tileWidth
  return level === 0
    ? leavesOf(await listRowHashes(db, first, width))
    : Buffer.concat(await listTileRoots(db, level - 1, first, width))
}

/** The first stored tile that is not what the rows make of it. Proofs are read from the tiles alone. */
export async function findAlteredTile(db: Kysely<DB>, rowHashes: readonly string[]): Promise<Finding | null> {
  let below: readonly Buffer[] = []
  for (let level = 0; level === 0 || below.length >= tileWidth; level++) {
    const roots: Buffer[] = []
    // Rows that came after these ones may have made more tiles.
    const full = Math.floor(hashesAt(level, rowHashes.length) / tileWidth)
    const count = Math.min(await countTiles(db, level), full)
    for (let from = 0; from < count; from += readAtOnce)
      for (const tile of await listTiles(db, level, from, Math.min(readAtOnce, count - from))) {
        const first = tile.number * tileWidth
        const expected =
          level === 0
            ? leavesOf(rowHashes.slice(first, first + tileWidth))
            : Buffer.concat(below.slice(first, first + tileWidth))
        if (!expected.equals(tile.hashes) || !rootOfHashes(expected).equals(tile.root))
          return {
            row: first * tileWidth ** level + 1,
            what: 'A stored tile of the ledger’s tree is not the one that the rows make.',
          }
        roots.push(tile.root)
      }
    below = roots
  }
  return null
}

const readAtOnce = 100
