// The second opinion: the rules of time once more, day by day, by someone who had not read the product's own.

import { agencyRows } from './child-protection.ts'
import { day } from './days.ts'
import type { Clearance, Life, Opinion, Row } from './facts.ts'
import { annualRow, clearance, initialRow, placeOf } from './residential.ts'
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
    const places = worldsOf(mine, asked).map((it) => placeOf(it, it.programs![0]!))
    rows[`residential-initial ${program.id}`] = agreed(places.map((it) => initialRow(it, asked)))
    rows[`residential-annual ${program.id}`] = agreed(places.map((it) => annualRow(it, asked)))
    cleared[program.id] = earliest(places.map((it) => clearance(it, asked)))
  }
  for (const agency of new Set((life.child_protection ?? []).map((it) => it.agency))) {
    const child_protection = life.child_protection!.filter((it) => it.agency === agency)
    const mine = { ...life, programs: [], assignments: [], child_protection }
    const worlds = worldsOf(mine, asked).map((it) => agencyRows(it, agency, asked))
    for (const requirement of Object.keys(worlds[0]!)) {
      const row = agreed(worlds.map((it) => it[requirement]!))
      // Hours are counted in a year of their own: with another one, they are another answer.
      const isOtherYear = requirement === 'annual-hours' && isInOrder(row) && !('due' in row)
      rows[`${requirement} ${agency}`] = isOtherYear ? { standing: 'unknown' } : row
    }
  }
  return { rows, clearance: cleared }
}

const agreed = (rows: Row[]): Part => {
  const first = rows[0]!
  if (rows.length === 1) return first
  const standing = standingOf(new Set(rows.map((it) => it.standing)))
  const part: Part = { standing }
  if (standing === 'unknown') return part
  if (rows.every((it) => it.due === first.due)) part.due = first.due
  if (rows.every((it) => it.satisfied === first.satisfied)) part.satisfied = first.satisfied
  if (rows.every((it) => it.late === first.late)) part.late = first.late
  return part
}

const isInOrder = ({ standing }: Part) => standing === 'current' || standing === 'due_soon'

/** In order whatever the missing fact is: by the earliest date. */
const standingOf = (possible: Set<Row['standing']>): Row['standing'] => {
  const [only, other, more] = [...possible]
  if (other === undefined) return only!
  return more === undefined && possible.has('current') && possible.has('due_soon') ? 'due_soon' : 'unknown'
}

const earliest = (all: Clearance[]): Clearance => {
  if (all.some((it) => it.answer !== all[0]!.answer)) return { answer: 'unknown', until: null }
  const ends = all.map((it) => it.until).filter((it) => it !== null)
  return { answer: all[0]!.answer, until: ends.length > 0 ? Math.min(...ends) : null }
}
