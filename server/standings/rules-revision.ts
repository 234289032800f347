import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const law = path.join(import.meta.dirname, '../law')

/** The law's files: everything that decides a standing, date or clearance, and its wording. */
export const lawFiles = readdirSync(law, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('examples/'))
  .map((file) => path.join(law, file))

const calendar = path.join(import.meta.dirname, '../lib/days.ts')

/** A hash of the files' text. It doesn't depend on their names or folders. */
export function revisionOf(texts: readonly string[]): string {
  const hashes = texts.map((text) => createHash('sha256').update(text).digest('hex')).sort()
  return createHash('sha256').update(hashes.join()).digest('hex').slice(0, 16)
}

/** Standings stored under another rules revision are recalculated. */
export const rulesRevision = revisionOf([...lawFiles, calendar].map((file) => readFileSync(file, 'utf8')))
