import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const law = path.join(import.meta.dirname, '../law')

/** The files of the law: what decides a standing, a date or a clearance, and the words in which it says so. */
export const lawFiles = readdirSync(law, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('examples/'))
  .map((file) => path.join(law, file))

const calendar = path.join(import.meta.dirname, '../lib/days.ts')

/** Changes with any character of some files, whatever their names and places. */
export function revisionOf(texts: readonly string[]): string {
  const hashes = texts.map((text) => createHash('sha256').update(text).digest('hex')).sort()
  return createHash('sha256').update(hashes.join()).digest('hex').slice(0, 16)
}

/** What was stored under another revision of the rules is calculated again. */
export const rulesRevision = revisionOf([...lawFiles, calendar].map((file) => readFileSync(file, 'utf8')))
