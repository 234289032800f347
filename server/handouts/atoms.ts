import { type SheetBlock, type Spans, spansText } from '#server/courses/catalogue/sheet.ts'
import type { FaceName } from '#server/paper/fonts.ts'
import { type SetWords, setSpans } from '#server/paper/styled-lines.ts'

export type Color = 'harbor' | 'ink' | 'quiet'

/** An element of the PDF structure. One object is one element, no matter how many atoms it contains. */
export type Tag = Readonly<{ type: string; options?: object }>

/** Text at a position in its atom. `y` is its first baseline. */
export type Leaf = Readonly<{
  tags: readonly Tag[]
  words: SetWords
  x: number
  y: number
  leading: number
  color: Color
}>

/** Decoration: a rule, a bar, a checkbox or a bullet. */
export type Mark =
  | Readonly<{ kind: 'rule'; x: number; y: number; width: number; isStrong?: boolean }>
  | Readonly<{ kind: 'bar' | 'box' | 'dot'; x: number; y: number; width: number; height: number }>

/** Content that is never split across columns or pages. */
export type Atom = Readonly<{
  /** Space above it in points, except at the top of a column. */
  before: number
  height: number
  /** Keep it with the next atom. */
  keep: boolean
  leaves: readonly Leaf[]
  marks: readonly Mark[]
}>

const lineHeight = 1.36
/** A line to write on by hand. */
const writingHeight = 25
const cellPadding = 4

/** A document's body as atoms of a width, with text at a size in points. */
export const atomsOf = (blocks: readonly SheetBlock[], size: number, width: number): readonly Atom[] =>
  blocks.flatMap((block, at) => {
    const atoms = blockAtoms(block, size, width)
    const next = blocks[at + 1]
    const isLabel = block.kind === 'paragraph' && block.spans.every(({ bold }) => bold)
    const leads = isLabel || next?.kind === 'blank' || (block.kind === 'paragraph' && next?.kind === 'list')
    return atoms.map((atom, index) =>
      (leads && index === atoms.length - 1) || leavesOneAlone(block, index) ? { ...atom, keep: true } : atom,
    )
  })

/** The first and last items of a list are never alone in a column. */
const leavesOneAlone = (block: SheetBlock, index: number) =>
  block.kind === 'list' && block.items.length > 1 && (index === 0 || index === block.items.length - 2)

function blockAtoms(block: SheetBlock, size: number, width: number): readonly Atom[] {
  switch (block.kind) {
    case 'heading': {
      const isMain = block.level === 2
      const tag = { type: isMain ? 'H2' : 'H3' }
      const atom = words(block.spans, [tag], {
        face: 'sans-bold',
        size: isMain ? size * 1.18 : size * 1.06,
        width,
        color: 'harbor',
        before: size * 1.15,
      })
      return [{ ...atom, keep: true }]
    }
    case 'paragraph':
      return [words(block.spans, [{ type: 'P' }], { size, width, before: size * 0.5 })]
    case 'key-point': {
      const inset = size
      const atom = words(block.spans, [{ type: 'P' }], {
        size: size * 1.04,
        width: width - inset,
        x: inset,
        before: size * 0.8,
      })
      const bar = { kind: 'bar', x: 0, y: 0, width: 2.5, height: atom.height } as const
      return [{ ...atom, marks: [bar] }]
    }
    case 'list':
      return listAtoms(block, size, width)
    case 'table':
      return tableAtoms(block, size, width)
    case 'fields':
      return [fieldsAtom(block.fields, size, width)]
    case 'blank':
      return [
        {
          before: 0,
          height: writingHeight,
          keep: false,
          leaves: [],
          marks: [{ kind: 'rule', x: 0, y: writingHeight, width, isStrong: true }],
        },
      ]
  }
}

type Setting = Readonly<{
  face?: FaceName
  size: number
  width: number
  x?: number
  color?: Color
  before: number
}>

/** Text as its own atom. */
export function words(spans: Spans, tags: readonly Tag[], setting: Setting): Atom {
  const { face = 'sans', size, width, x = 0, color = 'ink', before } = setting
  const set = setSpans(spans, face, size, width)
  const leading = size * lineHeight
  return {
    before,
    height: set.lines.length * leading,
    keep: false,
    leaves: [{ tags, words: set, x, y: size * 1.05, leading, color }],
    marks: [],
  }
}

function listAtoms(block: SheetBlock & { kind: 'list' }, size: number, width: number): readonly Atom[] {
  const list = { type: 'L' }
  const indent = block.marker === 'bullet' ? size * 1.15 : size * 1.75
  return block.items.map((spans, at): Atom => {
    const item = { type: 'LI' }
    const before = size * (at === 0 ? 0.4 : block.marker === 'box' ? 0.42 : 0.3)
    const body = words(spans, [list, item, { type: 'LBody' }], {
      size,
      width: width - indent,
      x: indent,
      before,
    })
    if (block.marker === 'number') {
      const label = words([{ text: `${at + 1}.`, bold: true }], [list, item, { type: 'Lbl' }], {
        size,
        width: indent,
        color: 'harbor',
        before: 0,
      })
      return { ...body, leaves: [...label.leaves, ...body.leaves] }
    }
    const side = block.marker === 'box' ? size * 0.92 : size * 0.3
    const middle = size * 0.7
    const kind = block.marker === 'box' ? 'box' : 'dot'
    const x = block.marker === 'box' ? 0.5 : size * 0.15
    return { ...body, marks: [{ kind, x, y: middle - side / 2, width: side, height: side }] }
  })
}

function tableAtoms(block: SheetBlock & { kind: 'table' }, size: number, width: number): readonly Atom[] {
  const table = { type: 'Table' }
  const rows = [block.head, ...block.rows]
  const widths = columnWidths(rows, width)
  return rows.map((cells, at): Atom => {
    const isHead = at === 0
    const row = { type: 'TR' }
    let x = 0
    const leaves = widths.flatMap((cellWidth, column): Leaf[] => {
      const spans = cells[column] ?? []
      const options = isHead ? { scope: 'Column' } : { scope: 'Row' }
      const tag = isHead || column === 0 ? { type: 'TH', options } : { type: 'TD' }
      const inset = column === 0 ? 0 : cellPadding
      const bold = isHead || (column === 0 && widths.length > 2)
      const atom = words(spans, [table, row, tag], {
        face: bold ? 'sans-bold' : 'sans',
        size: isHead ? size * 0.92 : size,
        width: cellWidth - inset - cellPadding,
        x: x + inset,
        color: isHead ? 'harbor' : 'ink',
        before: 0,
      })
      x += cellWidth
      return atom.leaves.map((leaf) => ({ ...leaf, y: leaf.y + cellPadding }))
    })
    const tallest = Math.max(...leaves.map((leaf) => leaf.words.lines.length * leaf.leading))
    const toWrite = !isHead && cells.some((spans) => spansText(spans) === '')
    const height = Math.max(tallest + 2 * cellPadding, toWrite ? writingHeight + cellPadding : 0)
    const rule = { kind: 'rule', x: 0, y: height, width, isStrong: isHead } as const
    return { before: isHead ? size * 0.5 : 0, height, keep: isHead, leaves, marks: [rule] }
  })
}

/** Columns with more text are wider. None is too narrow for its longest word. */
function columnWidths(rows: readonly (readonly Spans[])[], width: number): readonly number[] {
  const weights = (rows[0] ?? []).map((_, column) =>
    Math.sqrt(rows.reduce((sum, cells) => sum + spansText(cells[column] ?? []).length, 0) + 40),
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => (weight / sum) * width)
}

function fieldsAtom(fields: readonly Spans[], size: number, width: number): Atom {
  const gap = 14
  const each = (width - gap * (fields.length - 1)) / fields.length
  const marks: Mark[] = []
  const leaves = fields.flatMap((spans, at): Leaf[] => {
    const x = at * (each + gap)
    const { leaves } = words(spans, [{ type: 'P' }], { size, width: each, x, before: 0 })
    const end = leaves[0]?.words.lines.at(-1)?.at(-1)
    const textWidth = end ? end.x + end.width + 4 : 0
    marks.push({ kind: 'rule', x: x + textWidth, y: writingHeight, width: each - textWidth, isStrong: true })
    return leaves.map((leaf) => ({ ...leaf, y: writingHeight - 3 }))
  })
  return { before: 0, height: writingHeight, keep: false, leaves, marks }
}
