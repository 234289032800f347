import { type Static, Type } from 'typebox'
import type { CourseFile } from '#server/courses/authoring/files/course-files.ts'
import { type ProblemLog, suggestion } from '#server/courses/authoring/files/problems.ts'
import { checkedShape, parseYaml } from '#server/courses/authoring/files/yaml-document.ts'
import type { FactRegister } from '#server/courses/catalogue/course-parts.ts'

/** A glossary term as its author wrote it. */
export type GlossaryEntry = {
  readonly term: string
  /** Anchor on the glossary's page. */
  readonly slug: string
  /** Markdown of one paragraph. */
  readonly text: string
  readonly facts: readonly string[]
  /** Other forms of the term that lessons can mark. */
  readonly also: readonly string[]
}

/** By the term in lowercase. Its other forms lead to the same entry. */
export type GlossaryEntries = ReadonlyMap<string, GlossaryEntry>

const entryShape = Type.Object(
  {
    text: Type.String({ minLength: 1, description: 'what the term means, in a sentence or two' }),
    facts: Type.Optional(Type.Array(Type.String(), { description: 'a list of fact keys: [A1-23]' })),
    also: Type.Optional(
      Type.Array(Type.String(), { description: 'a list of other forms of the term: [navigator]' }),
    ),
  },
  { additionalProperties: false, title: 'a glossary term' },
)
const meaningShape = Type.String({ minLength: 1, description: 'what the term means, in a sentence or two' })
const glossaryShape = Type.Object(
  { terms: Type.Record(Type.String(), Type.Any(), { description: 'terms, each with its meaning' }) },
  { additionalProperties: false, title: 'the glossary' },
)

export function readGlossary(file: CourseFile, register: FactRegister, log: ProblemLog): GlossaryEntries {
  const document = parseYaml(file.text, file.path, 1, log)
  const glossary = document && checkedShape(document, [], glossaryShape, log)
  const entries = new Map<string, GlossaryEntry>()
  if (!document || !glossary) return entries
  for (const [term, meaning] of Object.entries(glossary.terms)) {
    const isBare = meaning === null || typeof meaning !== 'object'
    const given = isBare
      ? { text: checkedShape(document, ['terms', term], meaningShape, log) ?? '' }
      : (checkedShape(document, ['terms', term], entryShape, log) ?? { text: '' })
    const { text, facts = [], also = [] }: Static<typeof entryShape> = given
    const entry = { term, slug: slugOf(term), text, facts, also }
    for (const name of [term, ...also]) {
      const taken = entries.get(termKey(name))
      if (taken) {
        log.error(
          file.path,
          document.lineOf(['terms', term]),
          `"${name}" is already in the glossary, under "${taken.term}".`,
          'Keep one of them.',
        )
      } else entries.set(termKey(name), entry)
    }
    for (const key of facts.filter((key) => !register.facts.has(key))) {
      log.error(
        file.path,
        document.lineOf(['terms', term]),
        `"${term}" cites the fact ${key}, which is not in facts.yml.`,
        suggestion(key, register.facts.keys(), 'facts'),
      )
    }
  }
  return entries
}

export const termKey = (term: string) => term.trim().toLowerCase().replace(/\s+/g, ' ')

/** Lowercase letters and digits with hyphens, for anchors and addresses. */
export const slugOf = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[’']/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
