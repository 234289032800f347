// Both opinions on one life, and the smallest life on which they still differ.

import { clearanceVerdict, clearedUntil } from '#server/law/clearance.ts'
import { readFacts } from '#server/law/facts/facts-check.ts'
import { programsOf } from '#server/law/reasons/situation.ts'
import { findings } from '#server/law/standing.ts'
import { textOf } from './days.ts'
import type { Life } from './facts.ts'
import { secondOpinion } from './opinion.ts'

/** What the product and the second opinion say differently, in lines; null where the facts are refused. */
export const differences = (life: Life, on: string): string[] | null => {
  const read = readFacts(life)
  if (!read.ok) return null
  const ours = secondOpinion(life, on)
  const found: string[] = []
  const expected = new Set(Object.keys(ours.rows))
  for (const it of findings(read.facts, on)) {
    const key = `${it.requirement} ${it.program}`
    expected.delete(key)
    const row = ours.rows[key]
    if (!row) {
      found.push(`${key}: a row that the second opinion does not have`)
      continue
    }
    const theirs = { standing: it.standing, due: it.due_on, satisfied: it.satisfied_on, late: it.late_days }
    for (const field of ['standing', 'due', 'satisfied', 'late'] as const) {
      if (!(field in row)) continue
      const value = row[field]
      const mine =
        (field === 'due' || field === 'satisfied') && value !== null ? textOf(value as number) : value
      if (mine !== theirs[field]) found.push(`${key}: ${field} ${theirs[field]}, second opinion ${mine}`)
    }
  }
  for (const key of expected) found.push(`${key}: no row in the product`)
  for (const program of programsOf(read.facts)) {
    const { answer } = clearanceVerdict(read.facts, program, on)
    const until = answer === 'yes' ? clearedUntil(read.facts, program, on) : null
    const mine = ours.clearance[program.id]
    if (mine?.answer !== answer)
      found.push(`clearance ${program.id}: answer ${answer}, second opinion ${mine?.answer}`)
    const end = mine?.until == null ? null : textOf(mine.until)
    if (mine?.answer === answer && end !== until)
      found.push(`clearance ${program.id}: until ${until}, second opinion ${end}`)
  }
  return found
}

/** Leaves out one fact after the other as long as the same kind of difference remains. */
export const smallest = (life: Life, on: string, kind: (lines: string[]) => boolean): Life => {
  let now = life
  for (let again = true; again; ) {
    again = false
    for (const smaller of smallerThan(now)) {
      const lines = differences(smaller as Life, on)
      if (!lines || !kind(lines)) continue
      now = smaller as Life
      again = true
      break
    }
  }
  return now
}

/** What may be left out without leaving a fact open. */
const OPTIONAL = new Set([
  'settings',
  'verified',
  'voided_on',
  'from_at',
  'leave',
  'child_protection',
  'outside',
  'completions',
])
const SETTING =
  /^(annual_anchor|leave|transfer|rehire|later_certification|same_day_contact|hours_year|fiscal_year_month|trafficking_due_months)$/

function* smallerThan(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const index of value.keys()) yield value.toSpliced(index, 1)
    for (const [index, it] of value.entries())
      for (const smaller of smallerThan(it)) yield value.with(index, smaller)
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
    for (const [key] of entries)
      if (OPTIONAL.has(key) || SETTING.test(key))
        yield Object.fromEntries(entries.filter(([other]) => other !== key))
    for (const [key, it] of entries) for (const smaller of smallerThan(it)) yield { ...value, [key]: smaller }
  }
}
