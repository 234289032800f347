import { inkOf, openDocument } from './document.ts'
import { bottom, type FlowingPages, flowingPages, left, textWidth, top } from './flowing-pages.ts'
import { type Column, drawTable } from './flowing-table.ts'
import type { FaceName } from './fonts.ts'
import { leading, linesOf, placed } from './text-lines.ts'
import type { Placed } from './typesetting.ts'

type Element = PDFKit.PDFStructureElement

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

const sizes = { 1: 20, 2: 15, 3: 11.5, 4: 10 } as const

/** A tagged landscape Letter document with its title and "page x of y" on every page. */
export async function flowingDocument(title: string, running: string, at: Date): Promise<FlowingDocument> {
  const { doc, bytes } = await openDocument({ title, at, landscape: true, pagesByHand: true })
  const root = doc.struct('Document')
  doc.addStructure(root)
  const pages = flowingPages(doc)
  const added = (type: string, options: object = {}): Element => {
    const element = doc.struct(type as 'P', options)
    root.add(element)
    return element
  }
  let marked: PDFKit.PDFOutline | null = null

  return {
    need: pages.need,
    newPage: pages.newPage,
    table(caption, columns, rows, { dense: isDense = false } = {}) {
      drawTable(pages, added('Table', { alt: caption }), columns, rows, isDense)
    },
    section(name) {
      pages.section = name
    },
    heading(level, text, mark) {
      const size = sizes[level]
      if (pages.y > top) pages.y += size * 0.9
      pages.need(size * 4)
      const face = level === 1 ? 'serif' : 'sans-bold'
      const lines = linesOf(text, face, size, textWidth)
      write(pages, added(`H${level}`), lines, { face, size, color: level === 4 ? 'ink' : 'harbor' })
      pages.y += size * 0.25
      // pdfkit's types lack the option to fit the whole page.
      const fit = { fit: true } as object
      if (mark === 'top') marked = doc.outline.addItem(text, fit)
      else if (mark === 'within') (marked ?? doc.outline).addItem(text, fit)
    },
    paragraph(text, { quiet: isQuiet = false, size = 9.5, wide: isWide = false } = {}) {
      const lines = linesOf(text, 'sans', size, isWide ? textWidth : 600)
      write(pages, added('P'), lines, { face: 'sans', size, color: isQuiet ? 'quiet' : 'ink' })
      pages.y += size * 0.45
    },
    async finish() {
      root.end()
      pages.finish(running)
      doc.end()
      return bytes
    },
  }
}

type Look = Readonly<{ face: FaceName; size: number; color: Placed['color'] }>

/** So many lines stay on one page. */
const fewLines = 3

/** Lines of text, continued on the next page where they don't fit. */
function write(
  pages: FlowingPages,
  element: Element,
  lines: readonly string[],
  { face, size, color }: Look,
): void {
  let rest = [...lines]
  if (lines.length <= fewLines && pages.y + lines.length * size * leading > bottom) pages.newPage()
  while (rest.length > 0) {
    if (pages.y + size * leading > bottom) pages.newPage()
    const room = Math.max(1, Math.floor((bottom - pages.y) / (size * leading)))
    const now = rest.slice(0, room)
    rest = rest.slice(room)
    const at = pages.y + size
    element.add(() => pages.doc.print(placed(now, face, size, color, left, at), inkOf))
    pages.y += now.length * size * leading
  }
  element.end()
}
