import { createHash } from 'node:crypto'
import type { CourseFolder } from '#server/courses/authoring/files/course-files.ts'
import { type GlossaryEntries, termKey } from '#server/courses/authoring/text/glossary.ts'
import type { Used } from '#server/courses/authoring/text/scope.ts'
import type { FactRegister } from '#server/courses/catalogue/course-parts.ts'
import { changeFile } from './change-record.ts'
import { readAgainFile } from './read-again.ts'

/**
 * SHA-256 over what a learner of this version is given: each of its files, and from the register and the glossary
 * the values, facts, sources and words that the files name. So an edit of `facts.yml` gives a new
 * hash to the courses that show what was edited, and to no other. A frozen version carries a copy of the register
 * and the glossary; as only what is named is hashed, freezing a text leaves its hash as it was. The days on which
 * facts were checked are left out: looking again at a source makes no new text.
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

/** The same over a part of a version: a lesson, or a pool of questions. */
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

/** Files of a frozen version that are hashed by what the text takes from them. */
export const registerCopies: readonly string[] = ['facts.yml', 'glossary.yml']

/** Files of a frozen version that are no part of what its learners are given as files. */
const besideTheText: readonly string[] = [...registerCopies, changeFile, readAgainFile]

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const byFirst = (a: readonly unknown[], b: readonly unknown[]) => (String(a[0]) < String(b[0]) ? -1 : 1)
