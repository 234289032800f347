import type { Placed } from '#server/certificates/certificates/certificate-layout.ts'
import { type FaceName, runsOf } from '#server/paper/fonts.ts'
import { type Line, widest, wordWidths } from '#server/paper/typesetting.ts'

/** The distance between two lines, by their size. */
export const leading = 1.35

/** Lines one below another; `y` is the first one's baseline. */
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
 * Text in lines of a width, broken by the widths of its words: each is measured once, however often it comes again.
 * Words longer than a line are cut, and a letter that no font has becomes a question mark.
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
 * A line, whatever it holds. Where names written from right to left stand among other words, a certificate is refused,
 * for some readers copy them out in another order; here they are drawn, and the tables beside have each as it was typed.
 */
function setLine(text: string, face: FaceName): Line {
  const runs = runsOf(text, face)
  return { text, runs: 'missing' in runs ? [] : runs }
}

/** One line, its end left out where there is no room for it. */
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
  // After a hyphen or a slash first, and between letters where even that is too long.
  for (const part of word.split(/(?<=[-/])/)) {
    if (fits(part)) add(part)
    else for (const letter of part) add(letter)
  }
  return pieces
}

function drawable(text: string, face: FaceName): string {
  // Most text is plain, which every font has.
  if (/^[\x20-\x7e]*$/.test(text)) return text.trim()
  let left = text
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
  for (;;) {
    const runs = runsOf(left, face)
    if (!('missing' in runs)) return left
    left = left.replaceAll(runs.missing, '?')
  }
}
