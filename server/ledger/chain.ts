import { createHash } from 'node:crypto'

type LedgerEntry = Readonly<{
  seq: number
  at: Date
  actor_id: string | null
  kind: string
  subject: string
  /** JSON in canonical form (RFC 8785). */
  facts: string
}>

/** The previous hash of the first row. */
export const genesisHash = '0'.repeat(64)

/** A row's hash covers the previous row's hash: SHA-256 over its parts, each with its length. */
export function entryHash(entry: LedgerEntry, previousHash: string): string {
  const hash = createHash('sha256')
  const parts = [
    ...[previousHash, String(entry.seq), entry.at.toISOString(), entry.actor_id ?? ''],
    ...[entry.kind, entry.subject, entry.facts],
  ]
  for (const part of parts) {
    const bytes = Buffer.from(part, 'utf8')
    hash.update(`${bytes.length}:`).update(bytes)
  }
  return hash.digest('hex')
}
