import type { Atom } from './atoms.ts'

/** Atoms of one column, each with the distance of its top from the column's. */
export type Column = readonly Readonly<{ atom: Atom; y: number }>[]

/** Fills columns of a height one after the other; what stays together goes on to the next together. */
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

/** Of the atom and of all that it is not parted from. */
function heightFrom(atoms: readonly Atom[], at: number): number {
  const atom = atoms[at]!
  const next = atoms[at + 1]
  return atom.height + (atom.keep && next ? next.before + heightFrom(atoms, at + 1) : 0)
}

export const columnHeight = (column: Column) => {
  const last = column.at(-1)
  return last ? last.y + last.atom.height : 0
}

/** So many columns of about one height, no higher than `most`; undefined where there is no room. */
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
