import { type FaceName, type Run, runsOf, scriptOf, widthOf } from './fonts.ts'

/** One shaped line of text: its runs from left to right. */
export type Line = Readonly<{ text: string; runs: readonly Run[] }>

/** A line and the start of its baseline, in points from the top left corner. */
export type Placed = Line &
  Readonly<{ size: number; color: 'harbor' | 'ink' | 'quiet'; x: number; y: number; width: number }>

export type SizedLines = Readonly<{ lines: readonly Line[]; size: number }>

/** Text that can't be printed, with a message that tells an administrator how to fix it. */
export class UndrawableText extends Error {}

const mostSet = 5000
const alreadySet = new Map<string, Line>()

/** Cached: fitting a text sets the same lines at several sizes, and the same titles are on every certificate. */
export function setLine(text: string, face: FaceName): Line {
  const key = `${face} ${text}`
  const line = alreadySet.get(key) ?? newLine(text, face)
  if (alreadySet.size >= mostSet) alreadySet.clear()
  alreadySet.set(key, line)
  return line
}

function newLine(text: string, face: FaceName): Line {
  const runs = runsOf(text, face)
  if ('missing' in runs) {
    const codePoint = runs.missing.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
    throw new UndrawableText(`No font has the character ${runs.missing} (U+${codePoint}) of “${text}”.`)
  }
  return { text, runs }
}

/**
 * True if PDF readers copy the text out correctly. Right-to-left text may only contain letters of one script and
 * spaces: readers move digits, hyphens and vowel points.
 */
export function isReadBack(text: string): boolean {
  const letters = [...text].filter((character) => character !== ' ').map(scriptOf)
  return !letters.some((script) => script?.isRightToLeft) || new Set(letters).size === 1
}

/** Breaks text at spaces into lines up to `width`. A longer word gets its own line. */
export function setLines(text: string, face: FaceName, size: number, width: number): readonly Line[] {
  const lines: Line[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    const longer = last && setLine(`${last.text} ${word}`, face)
    if (longer && widthOf(longer.runs, size) <= width) lines[lines.length - 1] = longer
    else lines.push(setLine(word, face))
  }
  return lines
}

export function widest(lines: readonly Line[], size: number): number {
  return Math.max(0, ...lines.map(({ runs }) => widthOf(runs, size)))
}

/** The width of a word at one point. Each is measured once; up to 20,000 are cached. */
export function wordWidths(
  set: (word: string, face: FaceName) => Line,
): (word: string, face: FaceName) => number {
  const measured = new Map<string, number>()
  return (word, face) => {
    const key = `${face} ${word}`
    const known = measured.get(key)
    if (known !== undefined) return known
    const width = widest([set(word, face)], 1)
    if (measured.size >= 20_000) measured.clear()
    measured.set(key, width)
    return width
  }
}

/** The same number of lines with more even lengths. */
export function balanced(
  lines: readonly Line[],
  face: FaceName,
  size: number,
  width: number,
): readonly Line[] {
  const text = lines.map((line) => line.text).join(' ')
  let best = lines
  for (let narrower = width - 8; narrower > width / lines.length; narrower -= 8) {
    const tried = setLines(text, face, size, narrower)
    if (tried.length > lines.length || widest(tried, size) > narrower) break
    best = tried
  }
  return best
}

/** The largest of `sizes` at which the text fits in `most` lines of `width`. */
export function fitLines(
  text: string,
  face: FaceName,
  sizes: readonly number[],
  width: number,
  most: number,
): SizedLines {
  for (const size of sizes) {
    const lines = setLines(text, face, size, width)
    if (lines.length <= most && widest(lines, size) <= width)
      return { lines: balanced(lines, face, size, width), size }
  }
  throw new UndrawableText(`“${text}” is too long for a certificate.`)
}
