import type { Day } from '#server/lib/days.ts'
import { formatDay } from '#server/lib/days.ts'
import { standingShape, standingWords } from '#server/standings/standing-words.ts'
import type { ProgramFinding } from './program-requirement.ts'

/** A finding as a page or a table shows it. */
export type FindingLine = ProgramFinding & Readonly<{ shape: string; words: string }>

export const findingLine = (finding: ProgramFinding, on: Day): FindingLine => ({
  ...finding,
  shape:
    finding.standing === 'not_required' ? 'on-leave' : standingShape({ ...finding, requirement: 'program' }),
  words: wordsOf(finding, on),
})

function wordsOf({ standing, due_on, satisfied_on }: ProgramFinding, on: Day): string {
  if (standing === 'current' && satisfied_on && due_on) return `Current until ${formatDay(due_on)}`
  if (standing === 'not_required') return 'On leave, so nothing is due'
  return standingWords({ requirement: 'program', rule: '', standing, due_on, satisfied_on, late_days: 0 }, on)
}

/** What needs something comes first. */
export const urgencyOfFinding = ({ standing }: Pick<ProgramFinding, 'standing'>): number =>
  ['overdue', 'due_soon', 'current', 'not_required'].indexOf(standing)

export type OwnSummary = Readonly<{
  standing: 'overdue' | 'due_soon' | 'current'
  words: string
  due_on: Day | null
}>

/** All of a person's findings at one program in a few words. Null where nothing is asked of them. */
export function summaryOf(findings: readonly ProgramFinding[]): OwnSummary | null {
  const asked = findings.filter(({ standing }) => standing !== 'not_required')
  if (asked.length === 0) return null
  const of = (standing: ProgramFinding['standing']) => asked.filter((one) => one.standing === standing)
  const [overdue, soon] = [of('overdue'), of('due_soon')]
  const due_on = asked.flatMap((one) => one.due_on ?? []).sort()[0] ?? null
  const named = (some: readonly ProgramFinding[]) => some.map(({ title }) => title).join(', ')
  if (overdue.length > 0) return { standing: 'overdue', words: `Overdue: ${named(overdue)}`, due_on }
  if (soon.length > 0) return { standing: 'due_soon', words: `Due soon: ${named(soon)}`, due_on }
  return { standing: 'current', words: 'In order', due_on }
}
