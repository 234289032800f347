import type { Conflict, Duties, Facts } from '#server/law/facts/facts.ts'
import { endWords, periodWords } from '#server/law/facts/period-words.ts'
import { holds } from '#server/law/facts/periods.ts'
import { type Day, formatDay } from '#server/lib/days.ts'
import { fact, missing, type Reason } from './finding.ts'
import { conflictReasons } from './sentences.ts'

/** One person’s duties at one county or Tribal agency on one day. */
export type DutiesSituation = {
  readonly on: Day
  /** Its id. */
  readonly agency: string
  readonly agencyName: string
  /** The duties in force; else the last that ended; else the first to come. */
  readonly duties: Duties
  readonly employed: boolean
  readonly onDuty: 'yes' | 'no' | 'unknown'
  /** Records of this agency that cannot all be true. */
  readonly conflicts: readonly Conflict[]
}

export function agenciesOf(facts: Facts): readonly string[] {
  return [...new Set(facts.duties.map(({ agency }) => agency))]
}

export function dutiesAt(facts: Facts, agency: string, on: Day): DutiesSituation {
  const all = facts.duties.filter((duties) => duties.agency === agency)
  const duties =
    all.findLast(({ from, to }) => from !== null && holds({ from, to }, on)) ??
    all.findLast((each) => each.from === null && employedOn(each, on)) ??
    all.findLast((each) => employedOn(each, on)) ??
    all.findLast(({ to }) => to !== null && to < on) ??
    all[0]!
  const employed = employedOn(duties, on)
  const since = duties.from
  const onDuty = !employed
    ? 'no'
    : since === null
      ? // Whenever they began, they cover their last day.
        on === duties.to
        ? 'yes'
        : 'unknown'
      : holds({ from: since, to: duties.to }, on)
        ? 'yes'
        : 'no'
  const conflicts = facts.conflicts.filter(({ place }) => place === agency)
  return { on, agency, agencyName: duties.agencyName, duties, employed, onDuty, conflicts }
}

export function dutiesReasons({
  duties,
  agencyName,
  employed,
  on,
  conflicts,
}: DutiesSituation): readonly Reason[] {
  const { ref, hiredOn, from, to } = duties
  return [
    ...conflictReasons(conflicts, agencyName),
    hiredOn === null
      ? missing(`The day of hire as a child protection worker at ${agencyName} is not on file.`, ref)
      : fact(`Hired as a child protection worker at ${agencyName} on ${formatDay(hiredOn)}.`, ref),
    from === null
      ? missing(
          `The day on which child-protection duties at ${agencyName} began is not on file${endWords(to)}.`,
          ref,
        )
      : fact(`Child-protection duties at ${agencyName}: ${periodWords(from, to)}.`, ref),
    ...(employed ? [] : [fact(`No child-protection duties at ${agencyName} on ${formatDay(on)}.`, ref)]),
  ]
}

function employedOn({ hiredOn, to }: Duties, on: Day): boolean {
  return (hiredOn === null || hiredOn <= on) && (to === null || on <= to)
}
