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

/**
 * Compares the stored tiles with the rows, whose hashes come page by page. A page has a whole number of tiles, but for the
 * last. Proofs are read from the tiles alone.
 */
export class TilesReading {
  readonly #db: Kysely<DB>
  readonly #roots: Buffer[] = []
  #finding: Finding | null = null

  constructor(db: Kysely<DB>) {
    this.#db = db
  }

  async read(rowHashes: readonly string[]): Promise<void> {
    const tiles: Buffer[] = []
    for (let from = 0; from + tileWidth <= rowHashes.length; from += tileWidth)
      tiles.push(leavesOf(rowHashes.slice(from, from + tileWidth)))
    await this.#compare(0, this.#roots.length, tiles)
    this.#roots.push(...tiles.map(rootOfHashes))
  }

  /** The first stored tile that is not what the rows make of it, now that all rows were read. */
  async end(): Promise<Finding | null> {
    let below: readonly Buffer[] = this.#roots
    for (let level = 1; below.length >= tileWidth; level++) {
      const roots: Buffer[] = []
      for (let from = 0; from + tileWidth <= below.length; from += tileWidth) {
        const tile = Buffer.concat(below.slice(from, from + tileWidth))
        await this.#compare(level, roots.length, [tile])
        roots.push(rootOfHashes(tile))
      }
      below = roots
    }
    return this.#finding
  }

  async #compare(level: number, first: number, tiles: readonly Buffer[]): Promise<void> {
    // Rows that came after the last head may make tiles that are not stored yet.
    for (const stored of await listTiles(this.#db, level, first, tiles.length)) {
      const expected = tiles[stored.number - first]!
      if (expected.equals(stored.hashes) && rootOfHashes(expected).equals(stored.root)) continue
      this.#finding ??= {
        row: stored.number * tileWidth ** (level + 1) + 1,
        what: 'A stored tile of the ledger’s tree is not the one that the rows make.',
      }
      return
    }
  }
}
