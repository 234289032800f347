import type { MarkdownIt } from 'markdown-it'
import type { Path, YamlDocument } from '#server/courses/authoring/files/yaml-document.ts'
import type { Scope } from '#server/courses/authoring/text/scope.ts'

/** A lesson's exercise gives feedback. A pool's question is scored, so it must meet stricter rules. */
type Use = 'exercise' | 'question'

/** An exercise's location and the names its text can use. */
export type Setting = {
  readonly document: YamlDocument
  readonly path: Path
  readonly scope: Scope
  readonly md: MarkdownIt
  readonly use: Use
}
