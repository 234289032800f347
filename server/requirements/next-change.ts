import { type Day, earlierOf } from '#server/lib/days.ts'
import { doneBy } from './as-known.ts'
import { type ClearanceVerdict, clearanceVerdict } from './clearance.ts'
import type { Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import type { RequirementId } from './ruleset.ts'
import { programsOf } from './situation.ts'
import { findings } from './standing.ts'
import { turningDays } from './turning-days.ts'

/** What is stored of a finding. Days of lateness are stored once they no longer grow; until then null. */
export type StoredVerdict = Pick<
  Finding,
  'requirement' | 'program' | 'standing' | 'due_on' | 'satisfied_on' | 'rule'
> & {
  readonly late_days: number | null
}

export type Upcoming = {
  readonly requirements: readonly (StoredVerdict & { readonly next_change_on: Day | null })[]
  readonly clearance: readonly (Pick<ClearanceVerdict, 'program' | 'answer'> & {
    readonly next_change_on: Day | null
  })[]
}

/**
 * Each verdict of a day, and the day on which it would next be another one if nothing more is recorded; null if never.
 * What is planned on file (a leave, a hire, an end) is counted; a training not yet done is not.
 */
export function upcoming(facts: Facts, on: Day): Upcoming {
  const known = doneBy(facts, on)
  const days = turningDays(known, on)
  const now = findings(known, on).map(stored)
  const later = new Map<string, Day>()
  const cleared = programsOf(known).map((program) => ({
    program,
    ...pick(clearanceVerdict(known, program, on)),
  }))
  const clearedLater = new Map<string, Day>()
  for (const day of days) {
    if (later.size < now.length)
      for (const [index, finding] of findings(known, day).entries())
        if (!later.has(key(now[index]!)) && !same(now[index]!, stored(finding)))
          later.set(key(now[index]!), day)
    for (const { program, answer } of cleared)
      if (!clearedLater.has(program.id) && clearanceVerdict(known, program, day).answer !== answer)
        clearedLater.set(program.id, day)
  }
  return {
    requirements: now.map((verdict) => ({ ...verdict, next_change_on: later.get(key(verdict)) ?? null })),
    clearance: cleared.map(({ program, answer }) => ({
      program: program.id,
      answer,
      next_change_on: clearedLater.get(program.id) ?? null,
    })),
  }
}

/** The first day on which any verdict of this person changes by itself. */
export function nextChangeOn({ requirements, clearance }: Upcoming): Day | null {
  const days = [...requirements, ...clearance].flatMap(({ next_change_on: day }) =>
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

function same(a: StoredVerdict, b: StoredVerdict): boolean {
  return (
    a.standing === b.standing &&
    a.due_on === b.due_on &&
    a.satisfied_on === b.satisfied_on &&
    a.rule === b.rule &&
    a.late_days === b.late_days
  )
}

function pick({ answer }: ClearanceVerdict): Pick<ClearanceVerdict, 'answer'> {
  return { answer }
}

function key({ requirement, program }: { requirement: RequirementId; program: string }): string {
  return `${requirement} ${program}`
}
