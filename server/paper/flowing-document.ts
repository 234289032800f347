import { inkOf, openDocument, rules } from './document.ts'
import type { FaceName } from './fonts.ts'
import { leading, linesOf, placed, shortened } from './text-lines.ts'
import type { Placed } from './typesetting.ts'

type Element = PDFKit.PDFStructureElement

type Column = Readonly<{ heading: string; width: number }>

/** A document that fills pages from top to bottom. Content is tagged in the order it is written. */
export type FlowingDocument = Readonly<{
  /** With `mark`, it also becomes a PDF bookmark: at the top level, or under the last top-level one. */
  heading(level: 1 | 2 | 3 | 4, text: string, mark?: 'top' | 'within'): void
  paragraph(text: string, more?: Readonly<{ quiet?: boolean; size?: number; wide?: boolean }>): void
  /** With `dense`, a long list of codes takes less room. */
  table(
    caption: string,
    columns: readonly Column[],
    rows: readonly (readonly string[])[],
    more?: Readonly<{ dense?: boolean }>,
  ): void
  /** The text at the head of pages that continue this section. */
  section(name: string | null): void
  /** Starts a new page unless this much room is left. */
  need(points: number): void
  newPage(): void
  finish(): Promise<Uint8Array>
}>

const textWidth = 792 - 2 * 48
const left = 48
const top = 60
const bottom = 612 - 44
const headSize = 7.5
/** The size of a table’s text and the room around it. */
const cells = { plain: { size: 8.5, padding: 3 }, dense: { size: 7.5, padding: 2 } } as const

/** A tagged landscape Letter document with its title and "page x of y" on every page. */
export async function flowingDocument(title: string, running: string, at: Date): Promise<FlowingDocument> {
  const { doc, bytes } = await openDocument({ title, at, landscape: true, pagesByHand: true })
  const struct = (type: string, options: object = {}) => doc.struct(type as 'P', options)
  const root = struct('Document')
  doc.addStructure(root)
  /** For each page, the section that continues on it. */
  const sections: (string | null)[] = []
  let section: string | null = null
  let y = bottom

  function newPage(): void {
    doc.addPage()
    sections.push(section)
    y = top
  }

  const need = (points: number) => {
    if (y + points > bottom) newPage()
  }

  const artifact = (type: 'Pagination' | 'Layout', draw: () => void) => {
    doc.markContent('Artifact', { type })
    draw()
    doc.endMarkedContent()
  }

  const rule = (at: number, width: number) =>
    doc
      .strokeColor(rules.fine)
      .lineWidth(width)
      .moveTo(left, at)
      .lineTo(left + textWidth, at)
      .stroke()

  /** Drawn last, when the number of pages is known. */
  function drawHeads(): void {
    for (const [index, within] of sections.entries()) {
      doc.switchToPage(index)
      const count = `page ${index + 1} of ${sections.length}`
      const ours = shortened(running, 'sans', headSize, textWidth * 0.5)
      const here = within
        ? `${shortened(within, 'sans', headSize, textWidth * 0.3)}, continued; ${count}`
        : count
      artifact('Pagination', () => {
        doc.print(placed([ours], 'sans', headSize, 'quiet', left, 34), inkOf)
        const right = placed([here], 'sans', headSize, 'quiet', left, 34)
        doc.print(
          right.map((one) => ({ ...one, x: left + textWidth - one.width })),
          inkOf,
        )
        rule(42, 0.5)
      })
    }
  }

  function write(
    type: string,
    lines: readonly string[],
    face: FaceName,
    size: number,
    color: Placed['color'],
  ): void {
    const element = struct(type)
    root.add(element)
    let rest = [...lines]
    while (rest.length > 0) {
      if (y + size * leading > bottom) newPage()
      const room = Math.max(1, Math.floor((bottom - y) / (size * leading)))
      const now = rest.slice(0, room)
      rest = rest.slice(room)
      const at = y + size
      element.add(() => doc.print(placed(now, face, size, color, left, at), inkOf))
      y += now.length * size * leading
    }
    element.end()
  }

  function table(
    caption: string,
    columns: readonly Column[],
    rows: readonly (readonly string[])[],
    { dense: isDense = false }: Readonly<{ dense?: boolean }> = {},
  ): void {
    const { size: cellSize, padding: cellPadding } = isDense ? cells.dense : cells.plain
    const heightOf = (row: Row) =>
      Math.max(1, ...row.map((lines) => lines.length)) * cellSize * leading + 2 * cellPadding
    const scale = textWidth / columns.reduce((sum, { width }) => sum + width, 0)
    const widths = columns.map(({ width }) => width * scale)
    const lefts = widths.map(
      (_, index) => left + widths.slice(0, index).reduce((sum, width) => sum + width, 0),
    )
    const cellsOf = (texts: readonly string[], face: FaceName) =>
      texts.map((text, index) => linesOf(text, face, cellSize, (widths[index] ?? 0) - 2 * cellPadding))
    const printed = (lines: readonly string[], index: number, face: FaceName, color: Placed['color']) =>
      doc.print(
        placed(
          lines,
          face,
          cellSize,
          color,
          (lefts[index] ?? left) + (index === 0 ? 0 : cellPadding),
          y + cellPadding + cellSize,
        ),
        inkOf,
      )
    const head = cellsOf(
      columns.map(({ heading }) => heading),
      'sans-bold',
    )
    const element = struct('Table', { alt: caption })
    root.add(element)
    const add = (row: Row, face: FaceName, roleOf: (index: number) => Element) => {
      const tr = struct('TR')
      element.add(tr)
      for (const [index, lines] of row.entries()) {
        const cell = roleOf(index)
        tr.add(cell)
        cell.add(() => printed(lines, index, face, 'ink'))
        cell.end()
      }
      tr.end()
      y += heightOf(row)
      artifact('Layout', () => rule(y, 0.4))
    }
    const roleOf = (index: number) => (index === 0 ? struct('TH', { scope: 'Row' }) : struct('TD'))
    const pieces = rows.flatMap((texts) => inPieces(cellsOf(texts, 'sans')))
    need(heightOf(head) + (pieces[0] ? heightOf(pieces[0]) : 0))
    add(head, 'sans-bold', () => struct('TH', { scope: 'Column' }))
    for (const row of pieces) {
      if (y + heightOf(row) > bottom) {
        newPage()
        // The table continues: repeat its headings visually, but only once for screen readers.
        artifact('Pagination', () => {
          for (const [index, lines] of head.entries()) printed(lines, index, 'sans-bold', 'quiet')
          y += heightOf(head)
          rule(y, 0.4)
        })
      }
      add(row, 'sans', roleOf)
    }
    element.end()
    y += 8
  }

  let marked: PDFKit.PDFOutline | null = null
  const sizes = { 1: 20, 2: 15, 3: 11.5, 4: 10 } as const

  return {
    need,
    newPage,
    table,
    section(name) {
      section = name
    },
    heading(level, text, mark) {
      const size = sizes[level]
      if (y > top) y += size * 0.9
      need(size * 4)
      const face = level === 1 ? 'serif' : 'sans-bold'
      write(`H${level}`, linesOf(text, face, size, textWidth), face, size, level === 4 ? 'ink' : 'harbor')
      y += size * 0.25
      // pdfkit's types lack the option to fit the whole page.
      const fit = { fit: true } as object
      if (mark === 'top') marked = doc.outline.addItem(text, fit)
      else if (mark === 'within') (marked ?? doc.outline).addItem(text, fit)
    },
    paragraph(text, { quiet: isQuiet = false, size = 9.5, wide: isWide = false } = {}) {
      write(
        'P',
        linesOf(text, 'sans', size, isWide ? textWidth : 600),
        'sans',
        size,
        isQuiet ? 'quiet' : 'ink',
      )
      y += size * 0.45
    },
    async finish() {
      root.end()
      drawHeads()
      doc.end()
      return bytes
    },
  }
}

/** The lines of each cell. */
type Row = readonly (readonly string[])[]

const mostLines = 30

/** Splits a row that is taller than a page into several rows. */
function inPieces(row: Row): readonly Row[] {
  const longest = Math.max(1, ...row.map((lines) => lines.length))
  return Array.from({ length: Math.ceil(longest / mostLines) }, (_, piece) =>
    row.map((lines) => lines.slice(piece * mostLines, (piece + 1) * mostLines)),
  )
}
