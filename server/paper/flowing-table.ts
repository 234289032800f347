import { inkOf } from './document.ts'
import { bottom, type FlowingPages, left, textWidth } from './flowing-pages.ts'
import type { FaceName } from './fonts.ts'
import { leading, linesOf, placed } from './text-lines.ts'
import type { Placed } from './typesetting.ts'

type Element = PDFKit.PDFStructureElement

export type Column = Readonly<{ heading: string; width: number }>

/** The size of a table’s text and the room around it. */
const cells = { plain: { size: 8.5, padding: 3 }, dense: { size: 7.5, padding: 2 } } as const

/** The lines of each cell. */
type Row = readonly (readonly string[])[]

/** Where the text of each cell goes, and how it breaks into lines. */
type Grid = Readonly<{
  cellsOf: (texts: readonly string[], face: FaceName) => Row
  heightOf: (row: Row) => number
  print: (lines: readonly string[], column: number, face: FaceName, color: Placed['color']) => void
}>

/** Draws a table that continues from page to page, with its headings at the head of each. */
export function drawTable(
  pages: FlowingPages,
  element: Element,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  isDense: boolean,
): void {
  const { cellsOf, heightOf, print } = gridOf(pages, columns, isDense)
  const head = cellsOf(
    columns.map(({ heading }) => heading),
    'sans-bold',
  )
  const struct = (type: string, options: object = {}) => pages.doc.struct(type as 'P', options)
  const add = (row: Row, face: FaceName, roleOf: (column: number) => Element) => {
    const tr = struct('TR')
    element.add(tr)
    for (const [column, lines] of row.entries()) {
      const cell = roleOf(column)
      tr.add(cell)
      cell.add(() => print(lines, column, face, 'ink'))
      cell.end()
    }
    tr.end()
    pages.y += heightOf(row)
    pages.artifact('Layout', () => pages.rule(pages.y, 0.4))
  }
  const roleOf = (column: number) => (column === 0 ? struct('TH', { scope: 'Row' }) : struct('TD'))
  const pieces = rows.flatMap((texts) => inPieces(cellsOf(texts, 'sans')))
  pages.need(heightOf(head) + (pieces[0] ? heightOf(pieces[0]) : 0))
  add(head, 'sans-bold', () => struct('TH', { scope: 'Column' }))
  for (const row of pieces) {
    if (pages.y + heightOf(row) > bottom) {
      pages.newPage()
      // The table continues: repeat its headings visually, but only once for screen readers.
      pages.artifact('Pagination', () => {
        for (const [column, lines] of head.entries()) print(lines, column, 'sans-bold', 'quiet')
        pages.y += heightOf(head)
        pages.rule(pages.y, 0.4)
      })
    }
    add(row, 'sans', roleOf)
  }
  element.end()
  pages.y += 8
}

function gridOf(pages: FlowingPages, columns: readonly Column[], isDense: boolean): Grid {
  const { size, padding } = isDense ? cells.dense : cells.plain
  const scale = textWidth / columns.reduce((sum, { width }) => sum + width, 0)
  const widths = columns.map(({ width }) => width * scale)
  const lefts = widths.map(
    (_, column) => left + widths.slice(0, column).reduce((sum, width) => sum + width, 0),
  )
  return {
    cellsOf: (texts, face) =>
      texts.map((text, column) => linesOf(text, face, size, (widths[column] ?? 0) - 2 * padding)),
    heightOf: (row) => Math.max(1, ...row.map((lines) => lines.length)) * size * leading + 2 * padding,
    print: (lines, column, face, color) => {
      const x = (lefts[column] ?? left) + (column === 0 ? 0 : padding)
      pages.doc.print(placed(lines, face, size, color, x, pages.y + padding + size), inkOf)
    },
  }
}

const mostLines = 30

/** Splits a row that is taller than a page into several rows. */
function inPieces(row: Row): readonly Row[] {
  const longest = Math.max(1, ...row.map((lines) => lines.length))
  return Array.from({ length: Math.ceil(longest / mostLines) }, (_, piece) =>
    row.map((lines) => lines.slice(piece * mostLines, (piece + 1) * mostLines)),
  )
}
