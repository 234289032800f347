import { entryHash, genesisHash } from './chain.ts'
import type { Head } from './heads.ts'
import { merkleRoot, merkleTree } from './merkle.ts'

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
  const known = kept && (kept.hashes ?? []).slice(0, kept.head.size)
  if (kept && known?.length === kept.head.size && rootOf(known) !== kept.head.root)
    return { row: 0, what: 'The hashes stored with the head are not the ones it was signed for.' }
  const broken = brokenLink(rows, known ?? [])
  if (broken) return broken
  if (!kept) return null
  if (rows.length < kept.head.size)
    return {
      row: rows.length + 1,
      what: `The ledger ends before this row, but the head of ${kept.head.at} covers ${kept.head.size} rows.`,
    }
  if (rootOf(rows.slice(0, kept.head.size).map(({ hash }) => hash)) !== kept.head.root)
    return {
      row: 1,
      what: `The ledger was rewritten somewhere in rows 1 to ${kept.head.size} after ${kept.head.at}. The hashes stored with the head show where.`,
    }
  return null
}

function brokenLink(rows: readonly StoredEntry[], known: readonly string[]): Finding | null {
  let previous = genesisHash
  for (const [index, row] of rows.entries()) {
    const seq = index + 1
    const found = (what: string): Finding => ({ row: seq, what })
    if (row.seq !== seq) return found(`Row ${seq} is missing. Row ${row.seq} is in its place.`)
    if (row.previous_hash !== previous)
      return found('Its previous hash is not the hash of the row before it.')
    if (row.hash !== hashOf(row)) return found('Its content was changed after it was written.')
    if (known[index] !== undefined && known[index] !== row.hash)
      return found('It is not the row that the head was signed for.')
    previous = row.hash
  }
  return null
}

function hashOf(row: StoredEntry): string | null {
  // Instants are written in whole milliseconds, so anything finer was changed later.
  const at = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})000Z$/.exec(row.at)?.[1]
  return at === undefined ? null : entryHash({ ...row, at: new Date(`${at}Z`) }, row.previous_hash)
}

const rootOf = (hashes: readonly string[]) => merkleRoot(merkleTree(hashes))
