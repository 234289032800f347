import type { Sheet } from '#server/courses/catalogue/sheet.ts'
import { runsOf } from '#server/paper/fonts.ts'
import { isReadBack } from '#server/paper/typesetting.ts'
import { type Atom, atomsOf, words } from './atoms.ts'
import { type Column, columnHeight, evenColumns, flow } from './flow.ts'

/** A column with the position of its top left corner, in points. */
type PlacedColumn = Readonly<{ column: Column; x: number; y: number }>

/** Pages in order, each with its columns in reading order. */
export type SheetLayout = Readonly<{ pages: readonly (readonly PlacedColumn[])[]; size: number }>

/** Letter, portrait. */
export const page = { width: 612, height: 792, left: 48, right: 564, top: 40, bottom: 752 } as const

const bodyWidth = page.right - page.left
const columnGap = 26
const noteSize = 6.8
const headGap = 14
const noteGap = 12
/** Font sizes in points. The largest one that fits on the page is used. */
const sizes = [11, 10.75, 10.5, 10.25, 10, 9.75, 9.5, 9.25, 9, 8.75, 8.5]
const guideSize = 10

/** What goes above the title: the installation's own name, unless no font can print it. */
export const printableName = (name: string | null): string =>
  name && !('missing' in runsOf(name, 'sans')) && isReadBack(name) ? name : productName

/** Above the title, where the installation has no name of its own. */
const productName = 'Safe Harbor Training'

const head = ({ over, title, lead }: Sheet, by: string): readonly Atom[] => [
  words([{ text: `${by}: ${over}` }], [{ type: 'P' }], {
    size: 8,
    width: bodyWidth,
    color: 'quiet',
    before: 0,
  }),
  words([{ text: title }], [{ type: 'H1' }], {
    face: 'serif',
    size: 22,
    width: bodyWidth,
    color: 'harbor',
    before: 0,
  }),
  words([{ text: lead }], [{ type: 'P' }], { size: 11, width: bodyWidth, before: 2 }),
]

const notes = ({ notes: [first = [], ...sources] }: Sheet): readonly Atom[] => {
  const style = { size: noteSize, width: bodyWidth, color: 'quiet' } as const
  const listed = sources.flatMap((spans, at) => (at === 0 ? spans : [{ text: ' ' }, ...spans]))
  return [first, listed]
    .filter((spans) => spans.length > 0)
    .map((spans, at) => words(spans, [{ type: 'P' }], { ...style, before: at === 0 ? 0 : 2 }))
}

const asColumn = (atoms: readonly Atom[]): Column => flow(atoms, Number.POSITIVE_INFINITY)[0]!

/** Lays out a document on one Letter page, as large as fits. Undefined if it doesn't fit. */
export function layOutOnePage(sheet: Sheet, by = productName): SheetLayout | undefined {
  const top = asColumn(head(sheet, by))
  const foot = asColumn(notes(sheet))
  const bodyTop = page.top + columnHeight(top) + headGap
  const footTop = page.bottom - columnHeight(foot)
  const width = (bodyWidth - columnGap * (sheet.columns - 1)) / sheet.columns
  for (const size of sizes) {
    const body = evenColumns(atomsOf(sheet.blocks, size, width), sheet.columns, footTop - noteGap - bodyTop)
    if (!body) continue
    const columns = body.map((column, at) => ({
      column,
      x: page.left + at * (width + columnGap),
      y: bodyTop,
    }))
    return {
      size,
      pages: [
        [{ column: top, x: page.left, y: page.top }, ...columns, { column: foot, x: page.left, y: footTop }],
      ],
    }
  }
  return undefined
}

const apart = ([first, ...others]: readonly Atom[]): readonly Atom[] =>
  first ? [{ ...first, before: first.before + headGap }, ...others] : []

/** Lays out a document on as many pages as it needs. */
export function layOutPages(sheet: Sheet, by = productName): SheetLayout {
  const body = atomsOf(sheet.blocks, guideSize, bodyWidth)
  const atoms = [head(sheet, by), apart(body), apart(notes(sheet))].flat()
  const pages = flow(atoms, page.bottom - page.top)
  return { size: guideSize, pages: pages.map((column) => [{ column, x: page.left, y: page.top }]) }
}
