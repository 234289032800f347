// The second opinion: the rules of time once more, day by day, by someone who had not read the product's own.

import { agencyRows } from './child-protection.ts'
import { day } from './days.ts'
import type { Clearance, Life, Opinion, Row } from './facts.ts'
import { annualRow, clearance, initialRow, type Place, placeOf } from './residential.ts'
import { worldsOf } from './worlds.ts'

/** A field on which the possible values of a missing fact differ is left out: the rules do not settle it. */
type Part = { [field in keyof Row]?: Row[field] }

export const secondOpinion = (life: Life, on: string) => {
  const asked = day(on)
  const rows: { [key: string]: Part } = {}
  const cleared: Opinion['clearance'] = {}
  for (const program of life.programs ?? []) {
    const assignments = (life.assignments ?? []).filter((it) => it.program === program.id)
    const mine = { ...life, programs: [program], assignments, child_protection: [] }
    const worlds = worldsOf(mine, asked)
    const places: Place[] = []
    const at = (index: number) => (places[index] ??= placeOf(worlds[index]!, worlds[index]!.programs![0]!))
    const count = worlds.length
    rows[`residential-initial ${program.id}`] = agreed(count, (index) => initialRow(at(index), asked))
    rows[`residential-annual ${program.id}`] = agreed(count, (index) => annualRow(at(index), asked))
    cleared[program.id] = earliest(count, (index) => clearance(at(index), asked))
  }
  for (const agency of new Set((life.child_protection ?? []).map((it) => it.agency))) {
    const child_protection = life.child_protection!.filter((it) => it.agency === agency)
    const mine = { ...life, programs: [], assignments: [], child_protection }
    const worlds = worldsOf(mine, asked).map((it) => agencyRows(it, agency, asked))
    for (const requirement of Object.keys(worlds[0]!)) {
      const row = agreed(worlds.length, (index) => worlds[index]![requirement]!)
      // Hours are counted in a year of their own: with another one, they are another answer.
      const isOtherYear = requirement === 'annual-hours' && isInOrder(row) && !('due' in row)
      rows[`${requirement} ${agency}`] = isOtherYear ? { standing: 'unknown' } : row
    }
  }
  return { rows, clearance: cleared }
}

const agreed = (count: number, rowOf: (index: number) => Row): Part => {
  const first = rowOf(0)
  if (count === 1) return first
  const rows: Row[] = []
  const standings = new Set<Row['standing']>()
  for (const index of unlikeFirst(count)) {
    rows.push(rowOf(index))
    standings.add(rows.at(-1)!.standing)
    if (standingOf(standings) === 'unknown') return { standing: 'unknown' }
  }
  const part: Part = { standing: standingOf(standings) }
  if (rows.every((it) => it.due === first.due)) part.due = first.due
  if (rows.every((it) => it.satisfied === first.satisfied)) part.satisfied = first.satisfied
  if (rows.every((it) => it.late === first.late)) part.late = first.late
  return part
}

/** From both ends in turn: two unlike worlds settle that nothing is known, and the rest need not be looked at. */
const unlikeFirst = (count: number) =>
  Array.from({ length: count }, (_, turn) => (turn % 2 === 0 ? turn / 2 : count - 1 - (turn - 1) / 2))

const isInOrder = ({ standing }: Part) => standing === 'current' || standing === 'due_soon'

/** In order whatever the missing fact is: by the earliest date. */
const standingOf = (possible: Set<Row['standing']>): Row['standing'] => {
  const [only, other, more] = [...possible]
  if (other === undefined) return only!
  return more === undefined && possible.has('current') && possible.has('due_soon') ? 'due_soon' : 'unknown'
}

const earliest = (count: number, clearanceOf: (index: number) => Clearance): Clearance => {
  const all: Clearance[] = []
  for (const index of unlikeFirst(count)) {
    all.push(clearanceOf(index))
    if (all.at(-1)!.answer !== all[0]!.answer) return { answer: 'unknown', until: null }
  }
  const ends = all.map((it) => it.until).filter((it) => it !== null)
  return { answer: all[0]!.answer, until: ends.length > 0 ? Math.min(...ends) : null }
}
