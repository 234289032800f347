import type { Facts } from '#server/law/facts/facts.ts'
import { requirementOn } from '#server/law/facts/ruleset.ts'
import { findings } from '#server/law/standing.ts'
import { addDays, type Day } from '#server/lib/days.ts'
import type { Roster } from '#server/programs/roster/employment/roster.queries.ts'
import type { PlannedPeriod } from './registry-periods.ts'
import type { PlannedLine } from './registry-plan.ts'

/** The number of people in a program whose standing would change on a day. It names no one. */
export type RegistryEffect = Readonly<{
  program_id: string
  program: string
  on: Day
  requirement: string
  before: string
  after: string
  people: number
}>

/** The effects of a plan's certification changes: today, and on each later day on which a change takes effect. */
export function registryEffects(
  lines: readonly PlannedLine[],
  roster: Roster,
  facts: ReadonlyMap<string, Facts>,
  today: Day,
): readonly RegistryEffect[] {
  const changes = new Map<string, readonly PlannedPeriod[]>()
  for (const { program_id, periods, kind } of lines) {
    const own = periods.filter(({ fact }) => fact === 'certification')
    if (program_id && kind === 'changed' && own.length > 0)
      changes.set(program_id, [...(changes.get(program_id) ?? []), ...own])
  }
  return [...changes].flatMap(([programId, periods]) => {
    const program = roster.programs.find(({ program_id }) => program_id === programId)?.name ?? programId
    const counted = new Map<string, RegistryEffect>()
    for (const on of daysOf(periods, today))
      for (const known of facts.values()) {
        if (!known.assignments.some((one) => one.program === programId)) continue
        const before = standingsAt(known, programId, on)
        const after = standingsAt(applied(known, programId, periods), programId, on)
        for (const [requirement, standing] of after) {
          const earlier = before.get(requirement) ?? 'not_required'
          if (earlier === standing) continue
          const key = `${on} ${requirement} ${earlier} ${standing}`
          const title = requirementOn(requirement as 'residential-initial', on).title
          const found = counted.get(key) ?? {
            program_id: programId,
            program,
            on,
            requirement: title,
            before: earlier,
            after: standing,
            people: 0,
          }
          counted.set(key, { ...found, people: found.people + 1 })
        }
      }
    return [...counted.values()]
  })
}

const standingsAt = (facts: Facts, programId: string, on: Day): ReadonlyMap<string, string> =>
  new Map(
    findings(facts, on)
      .filter(({ program }) => program === programId)
      .map(({ requirement, standing }) => [requirement, standing]),
  )

const daysOf = (periods: readonly PlannedPeriod[], today: Day): readonly Day[] =>
  [
    ...new Set([
      today,
      ...periods.flatMap(({ from_on, to_on }) => [from_on, ...(to_on ? [addDays(to_on, 1)] : [])]),
    ]),
  ]
    .filter((day) => day >= today)
    .sort()

/** The facts as these periods would make them. */
function applied(facts: Facts, programId: string, periods: readonly PlannedPeriod[]): Facts {
  return {
    ...facts,
    programs: facts.programs.map((program) => {
      if (program.id !== programId) return program
      const replaced = new Set(periods.map(({ period_id }) => period_id))
      const others = (program.certifications ?? []).filter(({ ref }) => !replaced.has(ref))
      const planned = periods.flatMap((period) =>
        period.fact === 'certification'
          ? [
              {
                ref: period.period_id ?? 'planned',
                recordedOn: null,
                endRecordedOn: null,
                type: period.type,
                from: period.from_on,
                to: period.to_on,
              },
            ]
          : [],
      )
      return { ...program, certifications: [...others, ...planned] }
    }),
  }
}
