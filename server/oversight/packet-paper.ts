import { runsOf } from '#server/certificates/fonts.ts'
import type { Placed } from '#server/certificates/page.ts'
import { ReadableDocument } from '#server/certificates/readable-document.ts'
import { setLine, widest } from '#server/certificates/typesetting.ts'

type Face = 'serif' | 'serif-bold' | 'sans' | 'sans-bold'
type Element = PDFKit.PDFStructureElement

export type Column = Readonly<{ heading: string; width: number }>

/** Pages that fill from top to bottom, tagged as they fill: what is written next is read next. */
export type Paper = Readonly<{
  heading(level: 1 | 2 | 3, text: string): void
  paragraph(text: string, more?: Readonly<{ quiet?: boolean; size?: number }>): void
  table(caption: string, columns: readonly Column[], rows: readonly (readonly string[])[]): void
  /** Begins a new page unless this much room is left. */
  need(points: number): void
  newPage(): void
  finish(): Promise<Uint8Array>
}>

const harbor = '#0b3a5b'
const ink = '#1b2733'
const quiet = '#47525e'
const line = '#a9b2ba'
const colors = { harbor, ink, quiet }
const colorOf = ({ color }: Placed) => colors[color]

export const paperWidth = 792 - 2 * 48
const left = 48
const top = 60
const bottom = 612 - 48
const leading = 1.35
const cellSize = 8.5
const cellPadding = 4

/** A tagged landscape Letter document whose every page says what it belongs to. */
export function paper(title: string, running: string, at: Date): Paper {
  const doc = new ReadableDocument({
    size: 'LETTER',
    layout: 'landscape',
    margin: 0,
    autoFirstPage: false,
    // No default: a standard font would be named without being embedded.
    font: '',
    pdfVersion: '1.7',
    subset: 'PDF/UA',
    tagged: true,
    lang: 'en-US',
    displayTitle: true,
    info: { Title: title, CreationDate: at, ModDate: at },
  } as unknown as PDFKit.PDFDocumentOptions)
  const chunks: Uint8Array[] = []
  const ended = new Promise<void>((resolve, reject) => {
    doc.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    doc.on('end', resolve)
    doc.on('error', reject)
  })
  const struct = (type: string, options: object = {}) => doc.struct(type as 'P', options)
  const root = struct('Document')
  doc.addStructure(root)
  let y = bottom
  let pages = 0

  function newPage(): void {
    doc.addPage()
    pages++
    y = top
    const words = `${running}, page ${pages}`
    doc.markContent('Artifact', { type: 'Pagination' })
    doc.print(placed([words], 'sans', 7.5, 'quiet', left, 34), colorOf)
    doc
      .strokeColor(line)
      .lineWidth(0.5)
      .moveTo(left, 42)
      .lineTo(left + paperWidth, 42)
      .stroke()
    doc.endMarkedContent()
  }

  const need = (points: number) => {
    if (y + points > bottom) newPage()
  }

  function write(
    parent: Element,
    type: string,
    lines: readonly string[],
    face: Face,
    size: number,
    color: Placed['color'],
  ): void {
    const element = struct(type)
    parent.add(element)
    let rest = [...lines]
    while (rest.length > 0) {
      const room = Math.max(1, Math.floor((bottom - y) / (size * leading)))
      if (y + size * leading > bottom) newPage()
      const now = rest.slice(0, room)
      rest = rest.slice(room)
      const at = y + size
      element.add(() => doc.print(placed(now, face, size, color, left, at), colorOf))
      y += now.length * size * leading
    }
    element.end()
  }

  const sizes = { 1: 20, 2: 13.5, 3: 10 } as const

  return {
    need,
    newPage,
    heading(level, text) {
      const size = sizes[level]
      if (y > top) y += size * 0.9
      need(size * 4)
      const face = level === 1 ? 'serif' : 'sans-bold'
      write(
        root,
        `H${level}`,
        linesOf(text, face, size, paperWidth),
        face,
        size,
        level === 3 ? 'ink' : 'harbor',
      )
      y += size * 0.25
    },
    paragraph(text, { quiet: isQuiet = false, size = 9.5 } = {}) {
      write(root, 'P', linesOf(text, 'sans', size, 600), 'sans', size, isQuiet ? 'quiet' : 'ink')
      y += size * 0.45
    },
    table(caption, columns, rows) {
      const scale = paperWidth / columns.reduce((sum, { width }) => sum + width, 0)
      const widths = columns.map(({ width }) => width * scale)
      const lefts = widths.map(
        (_, index) => left + widths.slice(0, index).reduce((sum, width) => sum + width, 0),
      )
      const cells = (texts: readonly string[], face: Face) =>
        texts.map((text, index) => linesOf(text, face, cellSize, (widths[index] ?? 0) - 2 * cellPadding))
      const heightOf = (row: readonly (readonly string[])[]) =>
        Math.max(1, ...row.map((lines) => lines.length)) * cellSize * leading + 2 * cellPadding
      const head = cells(
        columns.map(({ heading }) => heading),
        'sans-bold',
      )
      const table = struct('Table', { alt: caption })
      root.add(table)
      const drawRow = (
        row: readonly (readonly string[])[],
        face: Face,
        roleOf: (index: number) => Element,
        within: Element,
      ) => {
        row.forEach((lines, index) => {
          const print = () =>
            doc.print(
              placed(
                lines,
                face,
                cellSize,
                'ink',
                (lefts[index] ?? left) + (index === 0 ? 0 : cellPadding),
                y + cellPadding + cellSize,
              ),
              colorOf,
            )
          const cell = roleOf(index)
          within.add(cell)
          cell.add(print)
          cell.end()
        })
        y += heightOf(row)
        doc.markContent('Artifact', { type: 'Layout' })
        doc
          .strokeColor(line)
          .lineWidth(0.4)
          .moveTo(left, y)
          .lineTo(left + paperWidth, y)
          .stroke()
        doc.endMarkedContent()
      }
      const add = (row: readonly (readonly string[])[], face: Face, roleOf: (index: number) => Element) => {
        const element = struct('TR')
        table.add(element)
        drawRow(row, face, roleOf, element)
        element.end()
      }
      need(heightOf(head) + 3 * cellSize * leading)
      add(head, 'sans-bold', () => struct('TH', { scope: 'Column' }))
      for (const texts of rows) {
        for (const row of inPieces(cells(texts, 'sans'))) {
          if (y + heightOf(row) > bottom) {
            newPage()
            doc.markContent('Artifact', { type: 'Pagination' })
            head.forEach((lines, index) => {
              doc.print(
                placed(
                  lines,
                  'sans-bold',
                  cellSize,
                  'quiet',
                  (lefts[index] ?? left) + (index === 0 ? 0 : cellPadding),
                  y + cellPadding + cellSize,
                ),
                colorOf,
              )
            })
            doc.endMarkedContent()
            y += heightOf(head)
          }
          add(row, 'sans', (index) => (index === 0 ? struct('TH', { scope: 'Row' }) : struct('TD')))
        }
      }
      table.end()
      y += 8
    },
    async finish() {
      root.end()
      doc.end()
      await ended
      return new Uint8Array(Buffer.concat(chunks))
    },
  }
}

const mostLines = 30

/** A row that would fill more than a page goes on in rows below it. */
function inPieces(row: readonly (readonly string[])[]): readonly (readonly (readonly string[])[])[] {
  const longest = Math.max(1, ...row.map((lines) => lines.length))
  return Array.from({ length: Math.ceil(longest / mostLines) }, (_, piece) =>
    row.map((lines) => lines.slice(piece * mostLines, (piece + 1) * mostLines)),
  )
}

function placed(
  lines: readonly string[],
  face: Face,
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
function linesOf(text: string, face: Face, size: number, width: number): readonly string[] {
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

const mostWords = 20_000
const measured = new Map<string, number>()

/** At a size of one point. */
function wordWidth(word: string, face: Face): number {
  const key = `${face} ${word}`
  const known = measured.get(key)
  if (known !== undefined) return known
  const width = widest([setLine(word, face)], 1)
  if (measured.size >= mostWords) measured.clear()
  measured.set(key, width)
  return width
}

function cut(word: string, face: Face, size: number, width: number): readonly string[] {
  const pieces: string[] = ['']
  for (const letter of word) {
    const longer = `${pieces.at(-1)}${letter}`
    if (widest([setLine(longer, face)], size) <= width) pieces[pieces.length - 1] = longer
    else pieces.push(letter)
  }
  return pieces
}

function drawable(text: string, face: Face): string {
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
