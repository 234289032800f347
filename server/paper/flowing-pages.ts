import { inkOf, rules } from './document.ts'
import type { ReadableDocument } from './readable-document.ts'
import { placed, shortened } from './text-lines.ts'

export const textWidth = 792 - 2 * 48
export const left = 48
export const top = 60
export const bottom = 612 - 44
const headSize = 7.5

/** The pages of a flowing document, filled from top to bottom, and where the next content goes. */
export type FlowingPages = {
  readonly doc: ReadableDocument
  y: number
  /** The text at the head of pages that continue this section. */
  section: string | null
  newPage(): void
  /** Starts a new page unless this much room is left. */
  need(points: number): void
  /** Draws what screen readers leave out. */
  artifact(type: 'Pagination' | 'Layout', draw: () => void): void
  rule(at: number, width: number): void
  /** Draws the head of each page. Last, when the number of pages is known. */
  finish(running: string): void
}

export function flowingPages(doc: ReadableDocument): FlowingPages {
  /** For each page, the section that continues on it. */
  const sections: (string | null)[] = []
  const pages: FlowingPages = {
    doc,
    y: bottom,
    section: null,
    newPage() {
      doc.addPage()
      sections.push(pages.section)
      pages.y = top
    },
    need(points) {
      if (pages.y + points > bottom) pages.newPage()
    },
    artifact(type, draw) {
      doc.markContent('Artifact', { type })
      draw()
      doc.endMarkedContent()
    },
    rule(at, width) {
      const to = left + textWidth
      doc.strokeColor(rules.fine).lineWidth(width).moveTo(left, at).lineTo(to, at).stroke()
    },
    finish(running) {
      for (const [index, within] of sections.entries()) {
        doc.switchToPage(index)
        drawHead(pages, running, within, `page ${index + 1} of ${sections.length}`)
      }
    },
  }
  return pages
}

function drawHead(pages: FlowingPages, running: string, within: string | null, count: string): void {
  const ours = shortened(running, 'sans', headSize, textWidth * 0.5)
  const here = within ? `${shortened(within, 'sans', headSize, textWidth * 0.3)}, continued; ${count}` : count
  pages.artifact('Pagination', () => {
    pages.doc.print(placed([ours], 'sans', headSize, 'quiet', left, 34), inkOf)
    const right = placed([here], 'sans', headSize, 'quiet', left, 34)
    pages.doc.print(
      right.map((one) => ({ ...one, x: left + textWidth - one.width })),
      inkOf,
    )
    pages.rule(42, 0.5)
  })
}
