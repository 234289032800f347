import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Finding } from './checking.ts'
import { countTiles, listRowHashes, listTiles, tileReader } from './tiles.queries.ts'
import { hashesAt, leavesOf, rootOfHashes, type Tile, tileWidth } from './tiles.ts'

/**
 * Stores the full tiles that a tree of this size has and that are not stored yet. Two processes that do it at once write the
 * same bytes.
 */
export async function keepTiles(db: Kysely<DB>, size: number): Promise<void> {
  for (let level = 0; hashesAt(level, size) >= tileWidth; level++) {
    const full = Math.floor(hashesAt(level, size) / tileWidth)
    for (let number = await countTiles(db, level); number < full; number++) {
      const hashes = await hashesOf(db, { level, number, width: tileWidth })
      await db
        .insertInto('ledger_tiles')
        .values({ level, number, hashes, root: rootOfHashes(hashes) })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    }
  }
}

/** A tile made again from what it is made of. */
async function hashesOf(db: Kysely<DB>, { level, number }: Tile): Promise<Buffer> {
  if (level === 0) return leavesOf(await listRowHashes(db, number * tileWidth, tileWidth))
  const read = tileReader(db)
  const below = []
  for (let n = number * tileWidth; n < (number + 1) * tileWidth; n++)
    below.push(rootOfHashes(await read({ level: level - 1, number: n, width: tileWidth })))
  return Buffer.concat(below)
}

/** The first stored tile that is not what the rows make of it. Proofs are read from the tiles alone. */
export async function findAlteredTile(db: Kysely<DB>, rowHashes: readonly string[]): Promise<Finding | null> {
  let below: readonly Buffer[] = []
  for (let level = 0; level === 0 || below.length >= tileWidth; level++) {
    const roots: Buffer[] = []
    const count = await countTiles(db, level)
    for (let from = 0; from < count; from += readAtOnce)
      for (const tile of await listTiles(db, level, from, readAtOnce)) {
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
