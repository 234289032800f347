import type { CourseFile, CourseFolder } from '#server/courses/authoring/files/course-files.ts'
import { type Line, type ProblemLog, suggestion } from '#server/courses/authoring/files/problems.ts'
import type { CourseFormat } from '#server/courses/catalogue/course-shapes.ts'
import { escapeHtml } from '#server/courses/catalogue/escape.ts'
import { type Drawing, readDrawing } from './figures.ts'
import { plainText, type Scope } from './scope.ts'

/** The drawings of one course by file name, with values filled into their labels. */
type Drawings = {
  readonly find: (name: string, line: Line, scope: Scope) => Drawing | undefined
  readonly checkUnused: () => void
}

export function drawingsOf(
  folder: CourseFolder,
  scopeFor: (path: string) => Scope,
  log: ProblemLog,
  format: CourseFormat,
): Drawings {
  const drawings = new Map<string, Drawing | undefined>()
  const files = [...folder.files.values()].filter(
    ({ inner }) => inner.startsWith('figures/') && inner.endsWith('.svg'),
  )
  for (const file of files) {
    const scope = scopeFor(file.path)
    const text = file.text
      .split('\n')
      .map((line, at) => plainText(scope, line, at + 1, escapeHtml))
      .join('\n')
    const drawing = readDrawing(file, text, log)
    if (drawing && format === 2 && folder.published === undefined) checkLabels(file, drawing, log)
    drawings.set(file.inner.slice('figures/'.length), drawing)
  }
  const shown = new Set<string>()
  return {
    find(name: string, line: Line, scope: Scope) {
      shown.add(name)
      if (!drawings.has(name)) {
        log.error(
          scope.file,
          line,
          `There is no drawing "${name}" in ${folder.path}/figures.`,
          `Put the SVG file there. ${suggestion(name, drawings.keys(), 'drawings')}`,
        )
      }
      return drawings.get(name)
    },
    checkUnused() {
      for (const file of files) {
        if (!shown.has(file.inner.slice('figures/'.length)))
          log.warning(file.path, 1, 'No lesson uses this drawing.', '')
      }
    },
  }
}

/** The smallest readable label on a phone, in pixels. */
const smallestReadable = 12

function checkLabels(file: CourseFile, { smallestLabel }: Drawing, log: ProblemLog): void {
  if (smallestLabel >= smallestReadable) return
  log.error(
    file.path,
    1,
    `The smallest label is ${smallestLabel.toFixed(1)} pixels on a phone.`,
    'Draw it no wider than 437 units, or 408 with fig-text-small, so that labels are at least 12 pixels.',
  )
}
