import type { Facts, Training } from '#server/law/facts/facts.ts'
import { requirementOn } from '#server/law/facts/ruleset.ts'
import { addDays, type Day } from '#server/lib/days.ts'
import { type AgencyYear, agencyYear, hoursIn } from './annual-hours.ts'

/** One of an agency's years with every training in it that has hours, or is yet to be told how many. */
type LedgerYear = AgencyYear & {
  readonly needed: number
  /** What the agency accepted. */
  readonly hours: number
  /** What waits for its decision. */
  readonly waiting: number
  readonly lines: readonly LedgerLine[]
}

type LedgerLine = {
  readonly title: string
  readonly on: Day
  readonly hours: number | null
  readonly state: 'counts' | 'waiting' | 'declined' | 'no-hours'
}

/** The agency's years from the one in which duties began to the one at hand, the latest first (R21). */
export function hoursLedger(facts: Facts, agency: string, on: Day): readonly LedgerYear[] {
  const periods = facts.duties.filter((duties) => duties.agency === agency)
  const began = periods.flatMap(({ from }) => (from === null ? [] : [from])).sort()[0]
  const [duties] = periods.slice(-1)
  if (!duties || began === undefined || began > on) return []
  const years: LedgerYear[] = []
  let year = agencyYear(duties, began)
  while (year !== null && year.from <= on) {
    years.unshift(ledgerYear(year, facts.trainings, on))
    year = agencyYear(duties, addDays(year.to, 1))
  }
  return years
}

function ledgerYear(year: AgencyYear, trainings: readonly Training[], on: Day): LedgerYear {
  const lines = trainings.flatMap((training) => lineOf(training, year, on))
  const minutes = lines
    .filter(({ state }) => state === 'waiting')
    .reduce((sum, { hours }) => sum + Math.round((hours ?? 0) * 60), 0)
  return {
    ...year,
    needed: requirementOn('annual-hours', on).due.hours,
    hours: hoursIn(year, trainings, on).hours,
    waiting: minutes / 60,
    lines,
  }
}

function lineOf(training: Training, year: AgencyYear, on: Day): readonly LedgerLine[] {
  const { day, title, hours, accepted, voidedOn } = training
  if (day === null || voidedOn !== null || day < year.from || day > year.to || day > on) return []
  const state =
    accepted === null ? 'waiting' : !accepted ? 'declined' : hours === null ? 'no-hours' : 'counts'
  return [{ title, on: day, hours, state }]
}
