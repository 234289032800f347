import type { Duties, Facts } from '#server/law/facts/facts.ts'
import { endWords, stretch } from '#server/law/facts/period-words.ts'
import { holds } from '#server/law/facts/periods.ts'
import { type Day, formatDay } from '#server/lib/days.ts'
import { fact, missing, type Reason } from './finding.ts'

/** Where one person stands at one county or Tribal agency on one day. */
export type DutiesSituation = {
  readonly on: Day
  readonly agency: string
  /** The duties in force; else the last that ended; else the first to come. */
  readonly duties: Duties
  readonly employed: boolean
  readonly onDuty: 'yes' | 'no' | 'unknown'
}

export function agenciesOf(facts: Facts): readonly string[] {
  return [...new Set(facts.duties.map(({ agency }) => agency))]
}

export function dutiesAt(facts: Facts, agency: string, on: Day): DutiesSituation {
  const all = facts.duties.filter((duties) => duties.agency === agency)
  const duties =
    all.findLast(({ from, to }) => from !== null && holds({ from, to }, on)) ??
    all.findLast((each) => employedOn(each, on)) ??
    all.findLast(({ to }) => to !== null && to < on) ??
    all[0]!
  const employed = employedOn(duties, on)
  const since = duties.from
  const onDuty = !employed
    ? 'no'
    : since === null
      ? 'unknown'
      : holds({ from: since, to: duties.to }, on)
        ? 'yes'
        : 'no'
  return { on, agency, duties, employed, onDuty }
}

export function dutiesReasons({ duties, agency, employed, on }: DutiesSituation): readonly Reason[] {
  const { ref, hiredOn, from, to } = duties
  return [
    hiredOn === null
      ? missing(`The day of hire as a child protection worker at ${agency} is not on file.`, ref)
      : fact(`Hired as a child protection worker at ${agency} on ${formatDay(hiredOn)}.`, ref),
    from === null
      ? missing(
          `The day on which child-protection duties at ${agency} began is not on file${endWords(to)}.`,
          ref,
        )
      : fact(`Child-protection duties at ${agency}: ${stretch(from, to)}.`, ref),
    ...(employed ? [] : [fact(`No child-protection duties at ${agency} on ${formatDay(on)}.`, ref)]),
  ]
}

function employedOn({ hiredOn, to }: Duties, on: Day): boolean {
  return (hiredOn === null || hiredOn <= on) && (to === null || on <= to)
}
