import { type Credit, type Evidence, evidenceOf } from '#server/law/facts/evidence.ts'
import type { Program, Training } from '#server/law/facts/facts.ts'
import { countDays, covers, overlap } from '#server/law/facts/periods.ts'
import { requirementOn, residentialRefresher } from '#server/law/facts/ruleset.ts'
import { dueSoonDays } from '#server/law/reasons/due-soon.ts'
import type { Finding, RuleCode, Verdict } from '#server/law/reasons/finding.ts'
import { type Situation, specializedCertifications } from '#server/law/reasons/situation.ts'
import { addDays, compareDays, type Day, daysBetween, lastDayOfMonth } from '#server/lib/days.ts'
import { annualReasons } from './annual-reasons.ts'
import { missedAfter, missedByTurn } from './days-late.ts'
import { initialCredit } from './initial-due.ts'
import { annualTurns, type Turn } from './training-validity.ts'

/** What the rules say of the yearly training at one program (R4 to R7, R10, R11, R13). No fact may be missing. */
export function annualVerdict(situation: Situation, trainings: readonly Training[]): Verdict {
  const { turns } = yearlyTurns(situation, trainings)
  const turn = turns.at(-1) ?? null
  const { standing, rule } = standingOf(situation, turn)
  const running = standing === 'overdue' && turn !== null
  const { late, overdue } = lateness(situation, turn)
  return {
    standing,
    rule,
    due_on: standing === 'not_required' ? null : (turn?.due ?? null),
    satisfied_on: turn?.credit.day ?? null,
    late_days: running ? overdue : late,
    late_running: running,
  }
}

/** The verdict with its explanation, which names what is missing. */
export function annualFinding(
  situation: Situation,
  trainings: readonly Training[],
  verdict: Verdict,
): Finding {
  const requirement = requirementOn('residential-annual', situation.on)
  return {
    requirement: requirement.id,
    program: situation.program.id,
    ...verdict,
    citation: requirement.citation,
    reasons: () => {
      const found = yearlyTurns(situation, trainings)
      const turn = found.turns.at(-1) ?? null
      return annualReasons({ situation, trainings, ...found, ...lateness(situation, turn), ...verdict })
    },
  }
}

function lateness(situation: Situation, turn: Turn | null) {
  return {
    late: turn ? countDays(missedByTurn(turn, situation)) : 0,
    overdue: turn ? countDays(missedAfter(turn.due, null, situation, situation.on)) : 0,
  }
}

/** The turns of the yearly clock by the day asked, and what might still begin another. */
export function yearlyTurns(
  situation: Situation,
  trainings: readonly Training[],
): Omit<Evidence, 'credits'> & { readonly turns: readonly Turn[] } {
  const { on, program } = situation
  const initial = evidenceOf(requirementOn('residential-initial', on).satisfied_by, trainings, on, program)
  const first = initialCredit(situation, initial)
  if (!first) return { ...initial, turns: [] }
  const { credits, doubts, unverified } = evidenceOf(
    requirementOn('residential-annual', on).satisfied_by,
    trainings.map((training) => acceptedRefresher(training, program)),
    on,
    program,
  )
  const after = credits.filter(({ day }) => day > first.day)
  return {
    turns: annualTurns(inForce([first, ...after]), program.settings.annual_anchor),
    doubts,
    unverified,
  }
}

/** Where the license holder accepts the yearly refresher, a refresher that no one decided on separately counts as accepted. */
const acceptedRefresher = (training: Training, { settings }: Program): Training =>
  training.course === residentialRefresher && settings.refresher === 'counts' && training.accepted === null
    ? { ...training, accepted: true }
    : training

/** One a day, without those that only counted here once a later one did. */
function inForce(credits: readonly Credit[]): readonly Credit[] {
  const kept: Credit[] = []
  for (const credit of [...credits].sort(inOrderHeld)) {
    if (kept.at(-1)?.day === credit.day) continue
    while (kept.length > 0 && kept.at(-1)!.day < credit.day && kept.at(-1)!.held >= credit.held) kept.pop()
    kept.push(credit)
  }
  return kept
}

function inOrderHeld(a: Credit, b: Credit): number {
  return compareDays(a.day, b.day) || compareDays(a.held, b.held)
}

function standingOf(situation: Situation, turn: Turn | null): Pick<Verdict, 'standing' | 'rule'> {
  const { roster, certified, contact, on, program } = situation
  if (roster === 'off') return { standing: 'not_required', rule: 'R1' }
  if (certified !== 'yes') {
    const ended = specializedCertifications(program).some(({ to }) => to !== null && to < on)
    return { standing: 'not_required', rule: ended ? 'R16' : 'R1' }
  }
  if (contact === 'leave') return { standing: 'not_required', rule: 'R10' }
  if (contact === 'ended') return { standing: 'not_required', rule: 'R1' }
  if (!turn) return { standing: 'not_required', rule: 'R4' }
  if (on <= turn.due) {
    const near = daysBetween(on, turn.due) <= dueSoonDays
    return { standing: near ? 'due_soon' : 'current', rule: currentRule(situation, turn) }
  }
  return {
    standing: contact === 'in' ? 'overdue' : 'due_before_contact',
    rule: lapsedRule(situation, turn.due),
  }
}

function currentRule(situation: Situation, turn: Turn): RuleCode {
  const { metDue, credit } = turn
  if (metDue === null) return 'R4'
  if (missedByTurn(turn, situation).length > 0) return 'R6'
  if (credit.held > metDue) return lapsedRule(situation, metDue)
  return lastDayOfMonth(credit.day) < metDue ? 'R5' : 'R4'
}

/** The rule under which a date has passed: simply overdue, or passed while there was no contact to be overdue in. */
function lapsedRule(situation: Situation, due: Day): RuleCode {
  const { assignment, employments, elsewhere, requiredDays } = situation
  const resumed = overlap(requiredDays, [{ from: addDays(due, 1), to: null }])[0]?.from ?? null
  if (!assignment || resumed === addDays(due, 1)) return 'R6'
  const back = resumed === null ? addDays(due, 1) : addDays(resumed, -1)
  if (covers(assignment.leave, back)) return 'R10'
  if (employments.indexOf(assignment) > 0 && assignment.hiredOn !== null && assignment.hiredOn > due)
    return 'R13'
  const { hiredOn } = assignment
  return elsewhere.some((other) => other.hiredOn !== null && hiredOn !== null && other.hiredOn < hiredOn)
    ? 'R11'
    : 'R6'
}
