import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { type Finding, LedgerReading, otherHashes } from './checking.ts'
import type { Head } from './heads.ts'
import { GrowingTree } from './merkle.ts'
import { eachEntryPage } from './queries.ts'
import { TilesReading } from './tiles.actions.ts'
import { tileWidth } from './tiles.ts'

/** The hashes kept outside the database, a page at a time. */
export type KeptHashes = Readonly<{
  count: number
  read: (first: number, many: number) => Promise<readonly string[]>
}>

export type WholeCheck = Readonly<{
  finding: Finding | null
  /** How many rows were read; all of them if nothing was found. */
  size: number
  root: string
  /** The hashes of rows that are not kept outside yet. */
  added: readonly string[]
}>

/** Reads the whole ledger and its tiles, a page at a time. Says the first difference from what was kept outside. */
export async function checkWholeLedger(
  db: Kysely<DB>,
  head: Head | null,
  known: KeptHashes | null,
): Promise<WholeCheck> {
  const [rows, tiles] = [new LedgerReading(head), new TilesReading(db)]
  const added: string[] = []
  const outcome = (finding: Finding | null) => ({ finding, size: rows.size, root: rows.root(), added })
  if (head && known && known.count >= head.size && (await rootOf(known, head.size)) !== head.root)
    return outcome(otherHashes)
  for await (const page of eachEntryPage(db, rowsAtOnce)) {
    const first = rows.size
    const covered = Math.min(head?.size ?? 0, known?.count ?? 0, first + page.length) - first
    const found = rows.read(page, known && covered > 0 ? await known.read(first, covered) : [])
    if (found) return outcome(found)
    const hashes = page.map(({ hash }) => hash)
    await tiles.read(hashes)
    added.push(...hashes.slice(Math.max(0, (known?.count ?? 0) - first)))
  }
  return outcome(rows.end() ?? (await tiles.end()))
}

/** A whole number of tiles. */
const rowsAtOnce = 8 * tileWidth

/** The root over the first of some hashes. */
export async function rootOf(known: KeptHashes, size: number): Promise<string> {
  const tree = new GrowingTree()
  for (let first = 0; first < size; first += rowsAtOnce)
    for (const hash of await known.read(first, Math.min(rowsAtOnce, size - first))) tree.add(hash)
  return tree.root()
}
