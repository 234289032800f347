import { createHash } from 'node:crypto'
import type { CourseFolder } from '#server/courses/authoring/files/course-files.ts'
import { type GlossaryEntries, termKey } from '#server/courses/authoring/text/glossary.ts'
import type { Used } from '#server/courses/authoring/text/scope.ts'
import type { FactRegister } from '#server/courses/catalogue/course-parts.ts'
import { changeFile } from './change-record.ts'
import { readAgainFile } from './read-again.ts'

/**
 * SHA-256 over the content of this version: each of its files, and from the register and the glossary
 * the values, facts, sources and terms that the files use. So an edit of `facts.yml` gives a new
 * hash only to courses that use the edited entries. A frozen version has its own copy of the register
 * and the glossary. Only used entries are hashed, so freezing a text doesn't change its hash. The dates on which
 * facts were checked are left out: checking a source again doesn't change the text.
 */
export function contentHash(
  folder: CourseFolder,
  register: FactRegister,
  glossary: GlossaryEntries,
  used: Used,
): string {
  const files = [...folder.files.values()].filter(({ inner }) => !besideTheText.includes(inner))
  return textHash(
    files.map(({ inner, text }) => [inner, text]),
    register,
    glossary,
    used,
  )
}

/** The same for part of a version: a lesson or a question pool. */
export function textHash(
  named: readonly (readonly [name: string, text: string])[],
  register: FactRegister,
  glossary: GlossaryEntries,
  used: Used,
): string {
  const files = named.map(([name, text]) => [name, sha256(text)]).sort(byFirst)
  const facts = [...used.facts].map((key) => register.facts.get(key)!)
  const sources = [...new Set(facts.flatMap((fact) => fact.sources))].map((key) => register.sources.get(key))
  const words = new Set([...used.terms].map((term) => glossary.get(termKey(term))))
  return sha256(
    JSON.stringify({
      files,
      values: [...used.values].sort().map((name) => [name, register.values.get(name)?.text]),
      facts: facts.map(({ key, status, sources }) => [key, status, sources]).sort(byFirst),
      sources: sources
        .flatMap((source) => (source ? [[source.key, source.title, source.publisher, source.url ?? '']] : []))
        .sort(byFirst),
      words: [...words].flatMap((entry) => (entry ? [[entry.term, entry.text]] : [])).sort(byFirst),
    }),
  )
}

/** Files of a frozen version of which only the used entries are hashed. */
export const registerCopies: readonly string[] = ['facts.yml', 'glossary.yml']

/** Files of a frozen version that are not part of its content. */
const besideTheText: readonly string[] = [...registerCopies, changeFile, readAgainFile]

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const byFirst = (a: readonly unknown[], b: readonly unknown[]) => (String(a[0]) < String(b[0]) ? -1 : 1)
