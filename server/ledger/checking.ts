import { entryHash, genesisHash } from './chain.ts'
import type { Head } from './heads.ts'
import { GrowingTree, merkleRoot } from './merkle.ts'

/** A stored row with each part as text, so that nothing is rounded before it is checked. */
export type StoredEntry = Readonly<{
  seq: number
  /** To the microsecond: '2026-11-24T00:00:00.000000Z'. */
  at: string
  actor_id: string | null
  kind: string
  subject: string
  facts: string
  previous_hash: string
  hash: string
}>

export type Finding = Readonly<{
  /** The first altered row. */
  row: number
  what: string
}>

/** The copy kept outside the database: a signed head and the hash of each row that it covers. */
export type Kept = Readonly<{ head: Head; hashes: readonly string[] | null }>

/**
 * Detects any change to the ledger. The chain alone detects a change whose later rows were not rehashed. The outside
 * copy also detects a rehashed ledger and missing last rows. Null if nothing was altered.
 */
export function checkLedger(rows: readonly StoredEntry[], kept: Kept | null): Finding | null {
  const known = kept?.hashes?.slice(0, kept.head.size) ?? []
  if (kept && known.length === kept.head.size && merkleRoot(known) !== kept.head.root) return otherHashes
  const reading = new LedgerReading(kept?.head ?? null)
  return reading.read(rows, known) ?? reading.end()
}

export const otherHashes: Finding = {
  row: 0,
  what: 'The hashes stored with the head are not the ones it was signed for.',
}

/** The same check page by page, so that it takes no more memory as the ledger grows. */
export class LedgerReading {
  /** How many rows were read. */
  size = 0
  readonly #head: Head | null
  readonly #tree = new GrowingTree()
  #previous = genesisHash
  #rootAtHead: string | null = null

  constructor(head: Head | null) {
    this.#head = head
    if (head?.size === 0) this.#rootAtHead = this.#tree.root()
  }

  root(): string {
    return this.#tree.root()
  }

  /** The first altered one of these rows, which follow those read before. `known` has their hashes that were kept outside. */
  read(rows: readonly StoredEntry[], known: readonly string[]): Finding | null {
    for (const [index, row] of rows.entries()) {
      const seq = this.size + 1
      const found = (what: string): Finding => ({ row: seq, what })
      if (row.seq !== seq) return found(`Row ${seq} is missing. Row ${row.seq} is in its place.`)
      if (row.previous_hash !== this.#previous)
        return found('Its previous hash is not the hash of the row before it.')
      if (row.hash !== hashOf(row)) return found('Its content was changed after it was written.')
      if (known[index] !== undefined && known[index] !== row.hash)
        return found('It is not the row that the head was signed for.')
      this.#previous = row.hash
      this.#tree.add(row.hash)
      this.size = seq
      if (seq === this.#head?.size) this.#rootAtHead = this.#tree.root()
    }
    return null
  }

  /** What shows only after the last row. */
  end(): Finding | null {
    const head = this.#head
    if (!head || this.#rootAtHead === head.root) return null
    if (this.#rootAtHead === null)
      return {
        row: this.size + 1,
        what: `The ledger ends before this row, but the head of ${head.at} covers ${head.size} rows.`,
      }
    return {
      row: 1,
      what: `The ledger was rewritten somewhere in rows 1 to ${head.size} after ${head.at}. The hashes stored with the head show where.`,
    }
  }
}

function hashOf(row: StoredEntry): string | null {
  // Instants are written in whole milliseconds, so anything finer was changed later.
  const at = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})000Z$/.exec(row.at)?.[1]
  return at === undefined ? null : entryHash({ ...row, at: new Date(`${at}Z`) }, row.previous_hash)
}
