import { type Evidence, evidenceOf } from '#server/law/facts/evidence.ts'
import type { Duties, Training } from '#server/law/facts/facts.ts'
import { requirementOn } from '#server/law/facts/ruleset.ts'
import { interpretationSentence } from '#server/law/facts/settings.ts'
import type { Standing } from '#server/law/reasons/answer-schema.ts'
import { dueSoonDays } from '#server/law/reasons/due-soon.ts'
import { type DutiesSituation, dutiesReasons } from '#server/law/reasons/duties.ts'
import {
  arithmetic,
  dayCount,
  type Finding,
  fact,
  interpretation,
  next,
  rule,
} from '#server/law/reasons/finding.ts'
import { ruleSentence } from '#server/law/reasons/rules.ts'
import {
  correctRecords,
  dayWords,
  doubtReasons,
  sentenceCase,
  trainingName,
} from '#server/law/reasons/sentences.ts'
import {
  addDays,
  addMonths,
  addYears,
  type Day,
  daysBetween,
  formatDay,
  yearsBetween,
} from '#server/lib/days.ts'

/** One of the agency's years, both days of it. */
export type AgencyYear = { readonly from: Day; readonly to: Day }

/** The hours that count in a year up to a day, with the trainings that gave them. */
type HoursLedger = Omit<Evidence, 'unverified'> & {
  readonly year: AgencyYear
  readonly hours: number
  readonly reachedOn: Day | null
}

/** The fifteen hours of the agency's year at hand (R21). */
export function annualHours(situation: DutiesSituation, trainings: readonly Training[]): Finding {
  const { on, duties, agency, onDuty } = situation
  const requirement = requirementOn('annual-hours', on)
  const year = agencyYear(duties, on)
  const ledger = year === null ? null : hoursIn(year, trainings, on)
  const standing = situation.conflicts.length > 0 ? 'unknown' : standingOf(on, ledger, onDuty)
  return {
    requirement: 'annual-hours',
    program: agency,
    standing,
    due_on: standing === 'not_required' ? null : (year?.to ?? null),
    satisfied_on: ledger?.reachedOn ?? null,
    late_days: 0,
    late_running: false,
    rule: situation.conflicts.length > 0 ? 'R17' : 'R21',
    citation: requirement.citation,
    reasons: () => [
      ...dutiesReasons(situation),
      ...(ledger?.credits ?? []).map(({ training }) =>
        fact(
          `${hourCount(training.hours ?? 0)}: ${trainingName(training)}${dayWords(training)}.`,
          training.ref,
        ),
      ),
      ...doubtReasons(ledger?.doubts ?? []),
      rule(ruleSentence('R21', requirement.citation)),
      ...(situation.conflicts.length > 0 ? [rule(ruleSentence('R17', requirement.citation))] : []),
      ...(ledger
        ? [
            arithmetic(
              `From ${formatDay(ledger.year.from)} through ${formatDay(ledger.year.to)}, ${hourCount(ledger.hours)} of ${requirement.due.hours} are on record by ${formatDay(on)}.`,
            ),
          ]
        : []),
      interpretation(interpretationSentence('hours_year', duties.settings)),
      ...(duties.settings.hours_year === 'fiscal'
        ? [interpretation(interpretationSentence('fiscal_year_month', duties.settings))]
        : []),
      next(
        situation.conflicts.length > 0
          ? correctRecords
          : nextStep(standing, ledger, requirement.due.hours, on),
      ),
    ],
  }
}

/** The agency's year that a day falls in; null where it is counted from a day of hire that is not on file. */
export function agencyYear({ settings, hiredOn }: Duties, on: Day): AgencyYear | null {
  if (settings.hours_year === 'hire-anniversary')
    return hiredOn === null ? null : anniversaryYear(hiredOn, on)
  const month = settings.hours_year === 'fiscal' ? settings.fiscal_year_month : 1
  const began = addMonths(`${on.slice(0, 4)}-01-01`, month - 1)
  const from = began <= on ? began : addYears(began, -1)
  return { from, to: addDays(addYears(from, 1), -1) }
}

/** What counts in a year, done by `on`. Hours are summed by the minute, so that tenths add up. */
export function hoursIn(year: AgencyYear, trainings: readonly Training[], on: Day): HoursLedger {
  const needed = requirementOn('annual-hours', on).due.hours * 60
  const { satisfied_by } = requirementOn('annual-hours', on)
  const found = evidenceOf(satisfied_by, trainings, on)
  const credits = found.credits.filter(({ day }) => year.from <= day && day <= year.to)
  const doubts = found.doubts.filter(
    ({ training: { day } }) => day === null || (year.from <= day && day <= year.to),
  )
  let minutes = 0
  let reachedOn: Day | null = null
  for (const { training, day } of credits) {
    minutes += Math.round((training.hours ?? 0) * 60)
    if (reachedOn === null && minutes >= needed) reachedOn = day
  }
  return { year, credits, doubts, hours: minutes / 60, reachedOn }
}

function anniversaryYear(hiredOn: Day, on: Day): AgencyYear {
  const years = Math.max(0, yearsBetween(hiredOn, on))
  // Someone hired on February 29 begins a year on February 28 where there is no 29th.
  const count = addYears(hiredOn, years + 1) <= on ? years + 1 : years
  return { from: addYears(hiredOn, count), to: addDays(addYears(hiredOn, count + 1), -1) }
}

function standingOf(on: Day, ledger: HoursLedger | null, onDuty: DutiesSituation['onDuty']): Standing {
  if (onDuty === 'no') return 'not_required'
  if (onDuty === 'unknown' || ledger === null) return 'unknown'
  if (ledger.reachedOn !== null) return 'current'
  return daysBetween(on, ledger.year.to) <= dueSoonDays ? 'due_soon' : 'current'
}

function nextStep(standing: Standing, ledger: HoursLedger | null, needed: number, on: Day): string {
  if (standing === 'not_required') return 'nothing while there are no child-protection duties.'
  if (standing === 'unknown' || ledger === null) return 'put the missing fact on record.'
  if (ledger.reachedOn !== null)
    return `nothing until the next year begins on ${formatDay(addDays(ledger.year.to, 1))}.`
  return `record ${hourCount(needed - ledger.hours)} more by ${formatDay(ledger.year.to)}, ${dayCount(daysBetween(on, ledger.year.to))} away.`
}

function hourCount(hours: number): string {
  const rounded = Math.round(hours * 100) / 100
  return sentenceCase(rounded === 1 ? '1 hour' : `${rounded} hours`)
}
