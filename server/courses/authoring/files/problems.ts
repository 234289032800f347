/** Problems in a course's files, reported to authors. */
type ProblemLevel = 'error' | 'warning'

export type Problem = {
  /** Path from the folder that holds `courses`, as in `courses/residential-settings/course.yml`. */
  readonly file: string
  readonly line: number
  readonly level: ProblemLevel
  readonly message: string
  readonly fix: string
}

/** A line number, or a function that finds it when it is needed for a report. */
export type Line = number | (() => number)

export const lineNumber = (line: Line) => (typeof line === 'number' ? line : line())

/** The line this many lines below. */
export const lineBelow =
  (line: Line, further: number): Line =>
  () =>
    lineNumber(line) + further

/** Collects the problems of one load. Errors stop the start; warnings are only for authors. */
export type ProblemLog = {
  readonly error: (file: string, line: Line, message: string, fix: string) => void
  readonly warning: (file: string, line: Line, message: string, fix: string) => void
}

export const problemLog = (problems: Problem[]): ProblemLog => ({
  error: (file, line, message, fix) =>
    problems.push({ file, line: lineNumber(line), level: 'error', message, fix }),
  warning: (file, line, message, fix) =>
    problems.push({ file, line: lineNumber(line), level: 'warning', message, fix }),
})

export const hasErrors = (problems: readonly Problem[]) => problems.some(({ level }) => level === 'error')

/** `courses/a/01-b/02-c.md:14: What is wrong. How to fix it.` */
export const problemLine = ({ file, line, message, fix }: Problem) =>
  `${file}:${line}: ${message}${fix === '' ? '' : ` ${fix}`}`

/** Errors first, then by file and line, without duplicates. */
export function sortedProblems(problems: readonly Problem[]): Problem[] {
  const once = new Map(problems.map((problem) => [`${problem.level} ${problemLine(problem)}`, problem]))
  return [...once.values()].sort(
    (a, b) =>
      a.level.localeCompare(b.level) ||
      a.file.localeCompare(b.file, 'en', { numeric: true }) ||
      a.line - b.line,
  )
}

/** "Did you mean …?", or the first few available names. */
export function suggestion(word: string, known: Iterable<string>, what: string): string {
  const names = [...known]
  const near = nearest(word, names)
  if (near !== undefined) return `Did you mean "${near}"?`
  if (names.length === 0) return `There are no ${what} yet.`
  if (names.length <= 20) return `The ${what} are: ${names.join(', ')}.`
  return `The first ${what} are ${names.slice(0, 5).join(', ')}.`
}

function nearest(word: string, names: readonly string[]): string | undefined {
  const wanted = word.toLowerCase()
  const ranked = names
    .map((name) => ({ name, distance: editDistance(wanted, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.name : undefined
}

/** How many letters must be added, removed, changed or swapped with a neighbor. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, i) => i)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = swapped ? rows[i - 2]![j - 2]! + 1 : Number.POSITIVE_INFINITY
      row.push(Math.min(change, swap, rows[i - 1]![j]! + 1, row[j - 1]! + 1))
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
