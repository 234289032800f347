import type { MarkdownIt } from 'markdown-it'
import type { Path, YamlDocument } from '#server/courses/authoring/files/yaml-document.ts'
import type { Scope } from '#server/courses/authoring/text/scope.ts'

/** An exercise of a lesson gives feedback; a question of a pool is scored, so more is asked of it. */
export type Use = 'exercise' | 'question'

/** Where an exercise stands, and what its words may name. */
export type Setting = {
  readonly document: YamlDocument
  readonly path: Path
  readonly scope: Scope
  readonly md: MarkdownIt
  readonly use: Use
}
