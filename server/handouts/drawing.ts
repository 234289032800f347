import type { Sheet } from '#server/courses/catalogue/sheet.ts'
import { inkOf, inks, openDocument, rules } from '#server/paper/document.ts'
import type { ReadableDocument } from '#server/paper/readable-document.ts'
import type { Piece } from '#server/paper/styled-lines.ts'
import type { Placed } from '#server/paper/typesetting.ts'
import { setLine, widest } from '#server/paper/typesetting.ts'
import type { Color, Leaf, Mark, Tag } from './atoms.ts'
import { page, type SheetLayout } from './sheet-layout.ts'

type Element = PDFKit.PDFStructureElement

/** Draws a document as a tagged PDF. `at` is its creation date: the same document and date give the same bytes. */
export async function drawSheet(sheet: Sheet, layout: SheetLayout, at: Date): Promise<Uint8Array> {
  const { doc, bytes } = await openDocument({ title: `${sheet.title}: ${sheet.over}`, at, pagesByHand: true })
  const root = doc.struct('Document' as 'P')
  doc.addStructure(root)
  const tree = structure(doc, root)
  for (const [number, columns] of layout.pages.entries()) {
    doc.addPage()
    if (layout.pages.length > 1) drawRunning(doc, sheet, number + 1, layout.pages.length)
    for (const { column, x, y } of columns)
      for (const placed of column) {
        const top = y + placed.y
        drawMarks(doc, placed.atom.marks, x, top)
        for (const leaf of placed.atom.leaves) drawLeaf(doc, tree.at(leaf.tags), leaf, x, top)
      }
  }
  tree.close()
  root.end()
  doc.end()
  return bytes
}

/** Opens the structure elements around a leaf and closes those that have ended. */
function structure(doc: ReadableDocument, root: Element) {
  const open: { tag: Tag; element: Element }[] = []
  const closeTo = (depth: number) => {
    while (open.length > depth) open.pop()!.element.end()
  }
  return {
    at(tags: readonly Tag[]): Element {
      const same = tags.findIndex((tag, depth) => open[depth]?.tag !== tag)
      closeTo(same === -1 ? tags.length : same)
      for (const tag of tags.slice(open.length)) {
        const element = doc.struct(tag.type as 'P', tag.options ?? {})
        ;(open.at(-1)?.element ?? root).add(element)
        open.push({ tag, element })
      }
      return open.at(-1)!.element
    },
    close: () => closeTo(0),
  }
}

function drawLeaf(doc: ReadableDocument, element: Element, leaf: Leaf, left: number, top: number): void {
  for (const [at, line] of leaf.words.lines.entries()) {
    const y = top + leaf.y + at * leaf.leading
    for (const piece of line) {
      const x = left + leaf.x + piece.x
      const place = placedAt(piece, x, y - piece.raise, leaf.color)
      const print = () => doc.print([place], ({ color }) => inks[piece.href ? 'harbor' : color])
      if (piece.href === undefined) element.add(print)
      else addLink(doc, element, piece.href, place, print)
    }
  }
}

const placedAt = ({ text, runs, size, width }: Piece, x: number, y: number, color: Color): Placed => ({
  ...{ text, runs, size, width, x, y, color },
})

function addLink(
  doc: ReadableDocument,
  within: Element,
  url: string,
  place: Placed,
  print: () => void,
): void {
  const link = doc.struct('Link' as 'P')
  within.add(link)
  link.add(() => {
    print()
    const { x, y, width, size } = place
    doc.link(x, y - size, width, size * 1.3, url, {
      structParent: link,
      Contents: new String(place.text.trim()) as string,
    } as PDFKit.Mixins.AnnotationOption)
  })
  link.end()
}

function drawMarks(doc: ReadableDocument, marks: readonly Mark[], left: number, top: number): void {
  if (marks.length === 0) return
  doc.markContent('Artifact', { type: 'Layout' })
  for (const mark of marks) {
    const x = left + mark.x
    const y = top + mark.y
    if (mark.kind === 'rule') {
      doc.strokeColor(mark.isStrong ? rules.strong : rules.fine).lineWidth(mark.isStrong ? 0.7 : 0.5)
      doc
        .moveTo(x, y)
        .lineTo(x + mark.width, y)
        .stroke()
    } else if (mark.kind === 'box')
      doc.strokeColor(inks.ink).lineWidth(0.9).rect(x, y, mark.width, mark.height).stroke()
    else if (mark.kind === 'dot')
      doc
        .fillColor(inks.harbor)
        .circle(x + mark.width / 2, y + mark.height / 2, mark.width / 2)
        .fill()
    else doc.fillColor(inks.harbor).rect(x, y, mark.width, mark.height).fill()
  }
  doc.endMarkedContent()
}

function drawRunning(doc: ReadableDocument, sheet: Sheet, number: number, of: number): void {
  const set = setLine(`${sheet.title}, page ${number} of ${of}`, 'sans')
  const width = widest([set], 7.5)
  doc.markContent('Artifact', { type: 'Pagination' })
  doc.print([{ ...set, size: 7.5, width, x: page.right - width, y: page.height - 22, color: 'quiet' }], inkOf)
  doc.endMarkedContent()
}
