import { type Line, type ProblemLog, suggestion } from '#server/courses/authoring/files/problems.ts'
import type { FactRegister } from '#server/courses/catalogue/course-parts.ts'
import type { GlossaryEntries, GlossaryEntry } from './glossary.ts'

/** The names that a text can use, and those that a lesson or pool has used so far. */
export type Scope = {
  readonly file: string
  readonly register: FactRegister
  readonly glossary: GlossaryEntries
  readonly log: ProblemLog
  /** The names used so far, for sources, hashes and reports. */
  readonly used: Used
  /** The notes at the end of a lesson. Undefined for text without its own page. */
  readonly notes: PageNotes | undefined
}

export type PageNotes = {
  /** Source numbers in order of appearance. */
  readonly sources: Map<string, number>
  /** Glossary terms that the page explains, by anchor, each with its note. */
  readonly terms: Map<string, string>
}

export type Used = {
  readonly facts: Set<string>
  readonly values: Set<string>
  readonly terms: Set<string>
}

export const nothingUsed = (): Used => ({ facts: new Set(), values: new Set(), terms: new Set() })

/** Records that a fact is cited. Reports unknown facts. */
export function citeFact(scope: Scope, key: string, line: Line): boolean {
  if (!scope.register.facts.has(key)) {
    scope.log.error(
      scope.file,
      line,
      `There is no fact "${key}" in facts.yml.`,
      suggestion(key, scope.register.facts.keys(), 'facts'),
    )
    return false
  }
  scope.used.facts.add(key)
  return true
}

export function valueText(scope: Scope, name: string, line: Line): string {
  const value = scope.register.values.get(name)
  if (!value) {
    scope.log.error(
      scope.file,
      line,
      `There is no value "{{${name}}}" in facts.yml.`,
      suggestion(name, scope.register.values.keys(), 'values'),
    )
    return ''
  }
  scope.used.values.add(name)
  return value.text
}

export function glossaryEntry(scope: Scope, key: string, line: Line): GlossaryEntry | undefined {
  const entry = scope.glossary.get(key)
  if (!entry) {
    scope.log.error(
      scope.file,
      line,
      `"${key}" is not in the glossary.`,
      `${suggestion(key, scope.glossary.keys(), 'words')} Or add it to glossary.yml.`,
    )
    return undefined
  }
  scope.used.terms.add(entry.term)
  return entry
}

/** Plain text, such as a title, with values filled in. `as` formats a value for its context. */
export const plainText = (scope: Scope, text: string, line: Line, as = (value: string) => value) =>
  text.trim().replace(/\{\{\s*([\w-]+)\s*\}\}/g, (_, name: string) => as(valueText(scope, name, line)))
