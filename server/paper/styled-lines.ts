import type { Span, Spans } from '#server/courses/catalogue/sheet.ts'
import type { FaceName } from './fonts.ts'
import { type Line, setLine, widest, wordWidths } from './typesetting.ts'

/** Text in one style, `x` points from the start of its line. */
export type Piece = Line & Readonly<{ size: number; x: number; width: number; href?: string; raise: number }>

export type SetWords = Readonly<{ lines: readonly (readonly Piece[])[]; size: number }>

type Style = Readonly<{ face: FaceName; size: number; href?: string; raise: number }>
type Fragment = Style & { text: string }

const raisedSize = 0.62
const raisedBy = 0.36

/** Breaks text into lines at spaces. Longer words break where an address may break, or anywhere. */
export function setSpans(spans: Spans, face: FaceName, size: number, width: number): SetWords {
  const lines: Fragment[][] = [[]]
  let used = 0
  const spaceWidth = wordWidth(' ', face) * size
  for (const word of wordsIn(spans, face, size).flatMap((word) => broken(word, width))) {
    const wide = word.fragments.reduce((sum, one) => sum + wordWidth(one.text, one.face) * one.size, 0)
    const line = lines.at(-1)!
    const isFirst = line.length === 0
    if (!isFirst && used + (word.isJoined ? 0 : spaceWidth) + wide > width) {
      // Without a space, readers join the last word of a line with the next.
      if (!word.isJoined) line.at(-1)!.text += ' '
      lines.push([])
      used = 0
    }
    const space = lines.at(-1)!.length > 0 && !word.isJoined
    for (const [at, fragment] of word.fragments.entries()) addTo(lines.at(-1)!, fragment, space && at === 0)
    used += (space ? spaceWidth : 0) + wide
  }
  return { lines: lines.map(placed), size }
}

/** Fragments that stay on one line. */
type Word = Readonly<{ fragments: readonly Fragment[]; isJoined: boolean }>

function wordsIn(spans: Spans, face: FaceName, size: number): Word[] {
  const words: { fragments: Fragment[]; isJoined: boolean }[] = []
  let isOpen = false
  for (const span of spans) {
    const style = styleOf(span, face, size)
    for (const part of span.text.split(/( +)/)) {
      if (part === '') continue
      if (part.trim() === '') isOpen = false
      else {
        if (!isOpen) words.push({ fragments: [], isJoined: false })
        words.at(-1)!.fragments.push({ ...style, text: part })
        isOpen = true
      }
    }
  }
  return words
}

function styleOf({ bold, href, raised }: Span, face: FaceName, size: number): Style {
  return {
    face: bold ? 'sans-bold' : face,
    size: raised ? size * raisedSize : size,
    raise: raised ? size * raisedBy : 0,
    ...(href !== undefined && { href }),
  }
}

function broken(word: Word, width: number): readonly Word[] {
  const [only] = word.fragments
  if (!only || word.fragments.length > 1 || wordWidth(only.text, only.face) * only.size <= width)
    return [word]
  const parts: string[] = ['']
  for (const piece of only.text.match(/[^/.@-]+[/.@-]*|[/.@-]+/g) ?? [])
    for (const letters of wordWidth(piece, only.face) * only.size <= width ? [piece] : piece) {
      const longer = `${parts.at(-1)}${letters}`
      if (wordWidth(longer, only.face) * only.size <= width) parts[parts.length - 1] = longer
      else parts.push(letters)
    }
  return parts.map((text, at) => ({ fragments: [{ ...only, text }], isJoined: at > 0 }))
}

function addTo(line: Fragment[], fragment: Fragment, space: boolean): void {
  const last = line.at(-1)
  if (last && sameStyle(last, fragment)) last.text += `${space ? ' ' : ''}${fragment.text}`
  else if (last && space && last.href === undefined) {
    last.text += ' '
    line.push({ ...fragment })
  } else line.push({ ...fragment, text: `${space ? ' ' : ''}${fragment.text}` })
}

const sameStyle = (one: Style, other: Style) =>
  one.face === other.face && one.size === other.size && one.href === other.href && one.raise === other.raise

function placed(line: readonly Fragment[]): Piece[] {
  let x = 0
  return line.map(({ text, face, size, raise, href }) => {
    const set = setLine(text, face)
    const width = widest([set], size)
    const piece = { ...set, size, raise, x, width, ...(href !== undefined && { href }) }
    x += width
    return piece
  })
}

const wordWidth = wordWidths(setLine)
