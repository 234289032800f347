import { doneBy } from '#server/law/facts/as-known.ts'
import type { Facts, Program } from '#server/law/facts/facts.ts'
import { agenciesOf } from '#server/law/reasons/duties.ts'
import type { Finding } from '#server/law/reasons/finding.ts'
import { programsOf, situationAt } from '#server/law/reasons/situation.ts'
import { programFindings } from '#server/law/residential/residential.ts'
import { type Day, earlierOf } from '#server/lib/days.ts'
import { clearanceAnswer } from './clearance.ts'
import type { ClearanceVerdict } from './clearance-reasons.ts'
import { gaps } from './gaps.ts'
import { agencyFindings } from './standing.ts'
import { agencyTurningDays, programTurningDays } from './turning-days.ts'

/** What is stored of a finding. Days of lateness are stored once they no longer grow; until then null. */
type StoredVerdict = Pick<
  Finding,
  'requirement' | 'program' | 'standing' | 'due_on' | 'satisfied_on' | 'rule'
> & {
  readonly late_days: number | null
}

type Answered = Pick<ClearanceVerdict, 'program' | 'answer'> & { readonly onLeave: boolean }

type Upcoming = {
  readonly requirements: readonly (StoredVerdict & { readonly next_change_on: Day | null })[]
  readonly clearance: readonly (Answered & { readonly next_change_on: Day | null })[]
  /** The days on which something began to be missed, as one text: a year can end short though no standing changes. */
  readonly lapses: { readonly next_change_on: Day | null }
}

/**
 * Each verdict of a day, and the day on which it would next be another one if nothing more is recorded; null if never.
 * What is planned on file (a leave, a hire, an end) is counted; a training not yet done is not.
 */
export function upcoming(facts: Facts, on: Day): Upcoming {
  const known = doneBy(facts, on)
  const programs = programsOf(known).map((program) => {
    const days = programTurningDays(known, program, on)
    return {
      requirements: firstChanges(days, (day) => programFindings(known, program, day).map(stored), on),
      clearance: firstChanges(days, (day) => [answered(known, program, day)], on),
    }
  })
  const agencies = agenciesOf(known).map((agency) =>
    firstChanges(
      agencyTurningDays(known, agency, on),
      (day) => agencyFindings(known, agency, day).map(stored),
      on,
    ),
  )
  const days = [
    ...programsOf(known).flatMap((program) => programTurningDays(known, program, on)),
    ...agenciesOf(known).flatMap((agency) => agencyTurningDays(known, agency, on)),
  ]
  const [lapses] = firstChanges([...new Set(days)].sort(), (day) => [{ missed: missedBy(known, day) }], on)
  return {
    lapses: { next_change_on: lapses?.next_change_on ?? null },
    requirements: [...programs.flatMap(({ requirements }) => requirements), ...agencies.flat()],
    clearance: programs.flatMap(({ clearance }) => clearance),
  }
}

/** Verdicts of a day, each with the first of some later days on which it is another. */
function firstChanges<Verdict extends object>(
  days: readonly Day[],
  verdictsOn: (day: Day) => readonly Verdict[],
  on: Day,
): readonly (Verdict & { readonly next_change_on: Day | null })[] {
  const now = verdictsOn(on)
  const changed = now.map((): Day | null => null)
  for (const day of days) {
    if (!changed.includes(null)) break
    for (const [index, verdict] of verdictsOn(day).entries())
      if (changed[index] === null && !same(verdict, now[index]!)) changed[index] = day
  }
  return now.map((verdict, index) => ({ ...verdict, next_change_on: changed[index] ?? null }))
}

/** The first day on which any verdict of this person changes by itself. */
export function nextChangeOn({ requirements, clearance, lapses }: Upcoming): Day | null {
  const days = [...requirements, ...clearance, lapses].flatMap(({ next_change_on: day }) =>
    day === null ? [] : [day],
  )
  return days.length === 0 ? null : days.reduce(earlierOf)
}

export function stored(finding: Finding): StoredVerdict {
  const { requirement, program, standing, due_on, satisfied_on, rule, late_days, late_running } = finding
  return {
    requirement,
    program,
    standing,
    due_on,
    satisfied_on,
    rule,
    late_days: late_running ? null : late_days,
  }
}

function missedBy(facts: Facts, on: Day): string {
  return gaps(facts, on)
    .map(({ requirement, program, from }) => `${requirement} ${program} ${from}`)
    .join()
}

function answered(facts: Facts, program: Program, on: Day): Answered {
  const { onLeave } = situationAt(facts, program, on)
  return { program: program.id, answer: clearanceAnswer(facts, program, on), onLeave }
}

function same<Verdict extends object>(a: Verdict, b: Verdict): boolean {
  return (Object.keys(a) as (keyof Verdict)[]).every((key) => a[key] === b[key])
}
