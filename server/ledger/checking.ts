import { entryHash, genesisHash } from './chain.ts'
import type { Head } from './heads.ts'
import { merkleRoot, merkleTree } from './merkle.ts'

/** A row as the database has it, each part as text, so that nothing is rounded away before it is looked at. */
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
  /** The first row at which the ledger is not as it was written. */
  row: number
  what: string
}>

/** What was kept outside the database: a signed head, and with it the hash of each row that it covers. */
export type Kept = Readonly<{ head: Head; hashes: readonly string[] | null }>

/**
 * Looks for any change to the ledger. The chain alone shows a change made without mending the rows behind it; what was
 * kept outside shows one that was mended, and a tail that was cut. Null where everything is as it was.
 */
export function checkLedger(rows: readonly StoredEntry[], kept: Kept | null): Finding | null {
  const known = kept && (kept.hashes ?? []).slice(0, kept.head.size)
  if (kept && known?.length === kept.head.size && rootOf(known) !== kept.head.root)
    return { row: 0, what: 'The hashes kept beside the head are not those that it was signed over.' }
  const broken = brokenLink(rows, known ?? [])
  if (broken) return broken
  if (!kept) return null
  if (rows.length < kept.head.size)
    return {
      row: rows.length + 1,
      what: `The ledger ends before this row; the head of ${kept.head.at} covers ${kept.head.size} rows.`,
    }
  if (rootOf(rows.slice(0, kept.head.size).map(({ hash }) => hash)) !== kept.head.root)
    return {
      row: 1,
      what: `Somewhere in rows 1 to ${kept.head.size} the ledger was rewritten since ${kept.head.at}. The hashes kept beside the head tell where.`,
    }
  return null
}

function brokenLink(rows: readonly StoredEntry[], known: readonly string[]): Finding | null {
  let previous = genesisHash
  for (const [index, row] of rows.entries()) {
    const seq = index + 1
    const found = (what: string): Finding => ({ row: seq, what })
    if (row.seq !== seq) return found(`Row ${seq} is missing; row ${row.seq} stands in its place.`)
    if (row.previous_hash !== previous) return found('It does not follow from the row before it.')
    if (row.hash !== hashOf(row)) return found('It does not say what it said when it was written.')
    if (known[index] !== undefined && known[index] !== row.hash)
      return found('It is another row than the one that the head was signed over.')
    previous = row.hash
  }
  return null
}

function hashOf(row: StoredEntry): string | null {
  // Instants are written in whole milliseconds: anything finer was put there later.
  const at = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})000Z$/.exec(row.at)?.[1]
  return at === undefined ? null : entryHash({ ...row, at: new Date(`${at}Z`) }, row.previous_hash)
}

const rootOf = (hashes: readonly string[]) => merkleRoot(merkleTree(hashes))
