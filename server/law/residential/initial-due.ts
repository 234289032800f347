import type { Credit, Evidence } from '#server/law/facts/evidence.ts'
import { covers } from '#server/law/facts/periods.ts'
import { type BeforeContact, requirementOn } from '#server/law/facts/ruleset.ts'
import type { RuleCode } from '#server/law/reasons/finding.ts'
import { certifiedDays, type Situation } from '#server/law/reasons/situation.ts'
import { addDays, addMonths, compareInstants, type Day } from '#server/lib/days.ts'

/** The last day on which the initial training is in time, and how that day was found. */
export type InitialDue = {
  readonly on: Day
  readonly by: 'transition' | 'before-contact' | 'before-certification'
  /** The first day on which the training is required; for who was away on the early hires' date, the first day back. */
  readonly first: Day
  readonly isBack: boolean
  readonly rule: RuleCode
}

/** Null where no direct contact in a certified program is in sight. */
export function initialDue(situation: Situation): InitialDue | null {
  const { unbroken, daysHere } = situation
  const first = daysHere[0]?.from
  const [began] = unbroken
  if (!began || first === undefined) return null
  const { due } = requirementOn('residential-initial', situation.on)
  const date = due.earlier_hires_due
  // Without a day of hire nothing is called late that might have been in time.
  const earlyHire = (began.hiredOn ?? '') < due.hired_from
  if (!earlyHire || first > date) return beforeFirst(situation, first, contactRule(situation, first, due))
  if (situation.on <= date || covers(daysHere, date))
    return { on: date, by: 'transition', first, isBack: false, rule: 'R2' }
  // Nothing was required on that date of who was away then (R1).
  const back = daysHere.find(({ from }) => from > date)?.from
  if (back === undefined) return null
  const awayOnLeave = covers(
    unbroken.flatMap(({ leave }) => leave),
    addDays(back, -1),
  )
  const rule = awayOnLeave ? 'R10' : 'R14'
  return { ...beforeFirst(situation, back, rule), isBack: true }
}

function beforeFirst(situation: Situation, first: Day, rule: RuleCode): InitialDue {
  const { later_certification, same_day_contact } = situation.program.settings
  if (certificationBegan(situation, first)) {
    const on = later_certification === 'day-before' ? addDays(first, -1) : first
    return { on, by: 'before-certification', first, isBack: false, rule: 'R15' }
  }
  const on = same_day_contact === 'day-before' ? addDays(first, -1) : first
  return { on, by: 'before-contact', first, isBack: false, rule }
}

/** The completion that satisfies the initial requirement in the employment at hand: the first to have counted there. */
export function initialCredit(
  { employments, unbroken, program }: Situation,
  { credits }: Evidence,
): Credit | null {
  const [began] = unbroken
  if (program.settings.rehire === 'prior-initial-counts' || !began) return firstHeld(credits)
  const left = employments[employments.indexOf(began) - 1]?.separatedOn ?? null
  return firstHeld(credits.filter(({ day }) => left === null || day > left))
}

function firstHeld(credits: readonly Credit[]): Credit | null {
  return credits.reduce<Credit | null>(
    (first, each) => (first && first.held <= each.held ? first : each),
    null,
  )
}

/** On the day contact begins, the clock decides; where a time is missing, the case is for review. */
export function sameDay(due: InitialDue, { held, training }: Credit, { unbroken, supposed, on }: Situation) {
  // Contact that is only supposed for the day asked has not begun.
  if (supposed && due.first === on) return 'no'
  if (due.by !== 'before-contact' || held !== due.first || due.on !== due.first) return 'no'
  const periods = unbroken.flatMap(({ contact }) => contact ?? [])
  const began = periods.find(({ from }) => from === due.first)?.fromAt ?? null
  if (began === null || training.at === null || training.day !== held) return 'review'
  return compareInstants(training.at, began) < 0 ? 'before' : 'after'
}

/** Whether contact was already going on when the certification took effect. */
function certificationBegan({ contactDays, program }: Situation, first: Day): boolean {
  const before = addDays(first, -1)
  return covers(contactDays, before) && !covers(certifiedDays(program), before)
}

function contactRule({ unbroken, employments }: Situation, first: Day, due: BeforeContact): RuleCode {
  const [began] = unbroken
  if (began && employments.indexOf(began) > 0) return 'R13'
  const hired = began?.hiredOn ?? first
  return hired < due.hired_from || first > addMonths(hired, 1) ? 'R14' : 'R2'
}
