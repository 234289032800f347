import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** The files of the law: what decides a standing, a date or a clearance, and the words in which it says so. */
export const lawFiles = [
  ...['annual-clock', 'annual-hours', 'annual-reasons', 'answer-schema', 'as-known', 'child-protection'],
  ...['clearance', 'clearance-reasons', 'contradictions', 'duties', 'evidence', 'facts', 'facts-check'],
  ...['facts-schema', 'finding', 'formula', 'gaps', 'hours-ledger', 'initial-due', 'initial-reasons'],
  ...['missed-days', 'next-change', 'possible-facts', 'problem', 'refusals', 'residential'],
  ...['residential-annual', 'residential-initial', 'rules', 'ruleset', 'sentences', 'settings', 'situation'],
  ...['span-words', 'spans', 'standing', 'turning-days'],
].map((name) => path.join(import.meta.dirname, `${name}.ts`))

const calendar = path.join(import.meta.dirname, '../lib/days.ts')

/** Changes with any character of some files, whatever their names and places. */
export function revisionOf(texts: readonly string[]): string {
  const hashes = texts.map((text) => createHash('sha256').update(text).digest('hex')).sort()
  return createHash('sha256').update(hashes.join()).digest('hex').slice(0, 16)
}

/** What was stored under another revision of the rules is calculated again. */
export const rulesRevision = revisionOf([...lawFiles, calendar].map((file) => readFileSync(file, 'utf8')))
