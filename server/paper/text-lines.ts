import { type FaceName, runsOf } from './fonts.ts'
import type { Placed } from './typesetting.ts'
import { type Line, widest, wordWidths } from './typesetting.ts'

/** Line height as a multiple of the font size. */
export const leading = 1.35

/** Places lines below each other. `y` is the first baseline. */
export function placed(
  lines: readonly string[],
  face: FaceName,
  size: number,
  color: Placed['color'],
  x: number,
  y: number,
): Placed[] {
  return lines.map((text, index) => {
    const set = setLine(text, face)
    return { ...set, size, color, x, y: y + index * size * leading, width: widest([set], size) }
  })
}

/**
 * Breaks text into lines of a width. Each word is measured only once.
 * Words longer than a line are cut, and characters without a font become their Unicode numbers.
 */
export function linesOf(text: string, face: FaceName, size: number, width: number): readonly string[] {
  const space = wordWidth(' ', face) * size
  const lines: string[] = []
  let used = 0
  for (const word of drawable(text, face).split(/\s+/)) {
    const wide = wordWidth(word, face) * size
    if (lines.length > 0 && used + space + wide <= width) {
      lines[lines.length - 1] += ` ${word}`
      used += space + wide
    } else {
      const pieces = wide <= width ? [word] : cut(word, face, size, width)
      lines.push(...pieces)
      used = wordWidth(pieces.at(-1) ?? '', face) * size
    }
  }
  return lines
}

/**
 * A line of any text. A certificate refuses right-to-left names mixed with other words, because some readers copy
 * them in a different order. Here they are drawn, because the tables next to them show each name as typed.
 */
function setLine(text: string, face: FaceName): Line {
  const runs = runsOf(text, face)
  return { text, runs: 'missing' in runs ? [] : runs }
}

/** One line, cut off with an ellipsis if it is too long. */
export function shortened(text: string, face: FaceName, size: number, width: number): string {
  const [first = '', ...rest] = linesOf(text, face, size, width)
  return rest.length === 0 ? first : `${linesOf(text, face, size, width - size)[0]}…`
}

const wordWidth = wordWidths(setLine)

function cut(word: string, face: FaceName, size: number, width: number): readonly string[] {
  const fits = (text: string) => widest([setLine(text, face)], size) <= width
  const pieces: string[] = ['']
  const add = (part: string) => {
    const longer = `${pieces.at(-1)}${part}`
    if (pieces.at(-1) === '' || fits(longer)) pieces[pieces.length - 1] = longer
    else pieces.push(part)
  }
  // After a hyphen or slash if possible, otherwise between letters.
  for (const part of word.split(/(?<=[-/])/)) {
    if (fits(part)) add(part)
    else for (const letter of part) add(letter)
  }
  return pieces
}

function drawable(text: string, face: FaceName): string {
  // Most text is ASCII, which every font has.
  if (/^[\x20-\x7e]*$/.test(text)) return text.trim()
  let left = text
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
  for (;;) {
    const runs = runsOf(left, face)
    if (!('missing' in runs)) return left
    // The number still says which letter it is, and two names stay two names.
    const code = runs.missing.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
    left = left.replaceAll(runs.missing, `[U+${code}]`)
  }
}
