import type { Atom } from './atoms.ts'

/** The atoms of one column, each with its distance from the top. */
export type Column = readonly Readonly<{ atom: Atom; y: number }>[]

/** Fills columns of a height one after the other. Atoms that belong together move to the next column together. */
export function flow(atoms: readonly Atom[], height: number): readonly Column[] {
  const columns: { atom: Atom; y: number }[][] = [[]]
  let used = 0
  for (const [at, atom] of atoms.entries()) {
    const isFirst = columns.at(-1)!.length === 0
    if (!isFirst && used + atom.before + heightFrom(atoms, at) > height) {
      columns.push([])
      used = 0
    }
    const y = columns.at(-1)!.length === 0 ? 0 : used + atom.before
    columns.at(-1)!.push({ atom, y })
    used = y + atom.height
  }
  return columns
}

/** The height of the atom and everything kept with it. */
function heightFrom(atoms: readonly Atom[], at: number): number {
  const atom = atoms[at]!
  const next = atoms[at + 1]
  return atom.height + (atom.keep && next ? next.before + heightFrom(atoms, at + 1) : 0)
}

export const columnHeight = (column: Column) => {
  const last = column.at(-1)
  return last ? last.y + last.atom.height : 0
}

/** Splits atoms into columns of about equal height, no taller than `most`. Undefined if they don't fit. */
export function evenColumns(
  atoms: readonly Atom[],
  count: number,
  most: number,
): readonly Column[] | undefined {
  const fits = (columns: readonly Column[]) =>
    columns.length <= count && columns.every((column) => columnHeight(column) <= most)
  if (!fits(flow(atoms, most))) return undefined
  const whole = columnHeight(flow(atoms, Number.POSITIVE_INFINITY)[0]!)
  for (let height = whole / count; height < most; height += 3) {
    const columns = flow(atoms, height)
    if (fits(columns)) return columns
  }
  return flow(atoms, most)
}
