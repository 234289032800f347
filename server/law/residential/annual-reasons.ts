import type { Credit, Doubt } from '#server/law/facts/evidence.ts'
import type { Training } from '#server/law/facts/facts.ts'
import { requirementOn, residentialRefresher } from '#server/law/facts/ruleset.ts'
import { interpretationSentence, type SettingName } from '#server/law/facts/settings.ts'
import {
  arithmetic,
  dayCount,
  type Finding,
  fact,
  interpretation,
  next,
  type Reason,
  rule,
} from '#server/law/reasons/finding.ts'
import { refusalOf } from '#server/law/reasons/refusals.ts'
import { ruleSentence } from '#server/law/reasons/rules.ts'
import {
  completionReason,
  correctRecords,
  doubtReasons,
  isUnconfirmed,
  recordedLateReason,
  situationReasons,
  unverifiedReasons,
} from '#server/law/reasons/sentences.ts'
import type { Situation } from '#server/law/reasons/situation.ts'
import { type Day, daysBetween, formatDay } from '#server/lib/days.ts'
import { keepsMonth, type Turn } from './training-validity.ts'

type Case = Pick<Finding, 'standing' | 'rule'> & {
  readonly situation: Situation
  readonly trainings: readonly Training[]
  readonly turns: readonly Turn[]
  readonly doubts: readonly Doubt[]
  readonly unverified: readonly Training[]
  readonly late: number
  readonly overdue: number
}

/** How the yearly requirement's standing was found, in sentences. */
export function annualReasons(given: Case): readonly Reason[] {
  const { situation, turns, doubts } = given
  const { citation } = requirementOn('residential-annual', situation.on)
  const turn = turns.at(-1)
  return [
    ...situationReasons(situation),
    ...(turn
      ? turnReasons(given, turn)
      : [fact('No initial training that counts is on file, and the year begins with it.')]),
    ...(turn ? refusedSince(given, turn) : []),
    ...doubtReasons(doubts),
    ...unverifiedReasons(newlyUnverified(given, turn), situation.program),
    rule(ruleSentence(given.rule, citation)),
    ...(turn ? dueReasons(given, turn, citation) : []),
    ...interpretationReasons(given),
    next(nextStep(given, turn)),
  ]
}

function newlyUnverified({ unverified }: Case, turn: Turn | undefined): readonly Training[] {
  return unverified.filter(({ day }) => !turn || (day ?? '') > turn.credit.day)
}

function turnReasons({ turns, late }: Case, turn: Turn): readonly Reason[] {
  const first = turns[0]!
  const before = turns.at(-2)
  const named = before === first || !before ? [first] : [first, before]
  return [
    ...(turn === first ? [] : named.map(({ credit }) => completionReason(credit.training))),
    completionReason(turn.credit.training),
    ...recordedLateReason(turn.credit.training, turn.metDue),
    ...(turn.metDue === null ? [] : [arithmetic(metWords(turn, turn.metDue, late))]),
  ]
}

function metWords({ credit }: Turn, due: string, late: number): string {
  const was = `The date to meet was ${formatDay(due)}`
  if (late > 0) return `${was}: late by ${contactDayCount(late, due, credit.held)}${heldWords(credit)}.`
  if (credit.held > due) return `${was}, which passed while there was no direct contact: not late.`
  return `${was}: in time.`
}

/** Where the program counts a training only from the day it verified the certificate (R11) or confirmed it (R9). */
function heldWords({ day, held, training }: Credit): string {
  if (day === held) return ''
  return training.confirmed.some(({ on }) => on === held)
    ? `, since a supervisor confirmed it here on ${formatDay(held)}`
    : `, since its certificate was verified here on ${formatDay(held)}`
}

/** Where fewer days count than have passed, it says which. */
function contactDayCount(days: number, due: Day, until: Day): string {
  return days === daysBetween(due, until) ? dayCount(days) : `${dayCount(days)} of direct contact`
}

function refusedSince({ situation, trainings }: Case, { credit }: Turn): readonly Reason[] {
  return trainings
    .filter(({ day }) => day !== null && day > credit.day && day <= situation.on)
    .flatMap((training) => {
      const refusal = refusalOf('residential-annual', training)
      return refusal ? [fact(refusal.sentence, training.ref)] : []
    })
}

function dueReasons(
  { situation, standing, overdue, rule: code }: Case,
  turn: Turn,
  citation: string,
): readonly Reason[] {
  const { settings } = situation.program
  const kept =
    turn.metDue !== null && settings.annual_anchor === 'keep-month' && keepsMonth(turn.credit, turn.metDue)
  const counted = kept
    ? `The month of the date before, ${formatDay(turn.metDue)}, is kept, so the next is due by ${formatDay(turn.due)}.`
    : `Counted annually from ${formatDay(turn.credit.day)}, the next is due by the last day of the same month of the next year: ${formatDay(turn.due)}.`
  const days = daysBetween(situation.on, turn.due)
  const asked = formatDay(situation.on)
  const distance =
    days >= 0
      ? `On ${asked} that is ${days === 0 ? 'today' : `${dayCount(days)} away`}.`
      : standing === 'overdue' && !situation.supposed
        ? `On ${asked} it is overdue by ${contactDayCount(overdue, turn.due, situation.on)}.`
        : `On ${asked} that date has passed.`
  return [
    ...(code === 'R4' ? [] : [rule(ruleSentence('R4', citation))]),
    arithmetic(counted),
    arithmetic(distance),
  ]
}

function interpretationReasons({ situation, rule: code, turns }: Case): readonly Reason[] {
  const { settings } = situation.program
  const byRule: { readonly [Code in string]?: SettingName } = { R10: 'leave', R11: 'transfer', R13: 'rehire' }
  const anchored = turns.some(({ metDue, credit }) => metDue !== null && credit.held <= metDue)
  const byRefresher = turns.at(-1)?.credit.training.course === residentialRefresher
  const names = [
    byRule[code],
    anchored ? ('annual_anchor' as const) : undefined,
    byRefresher && settings.refresher === 'counts' ? ('refresher' as const) : undefined,
  ]
  return names.flatMap((name) => (name ? [interpretation(interpretationSentence(name, settings))] : []))
}

function nextStep(given: Case, turn: Turn | undefined): string {
  const { standing, situation, doubts } = given
  const [waiting] = newlyUnverified(given, turn)
  const verify = !waiting
    ? ''
    : isUnconfirmed(waiting, situation.program)
      ? 'have a supervisor confirm that completion, or '
      : 'verify that certificate, or '
  const renew = `${verify}take the approved course again in full, or record another human trafficking training that the license holder accepts`
  if (situation.conflicts.length > 0) return correctRecords
  if (standing === 'unknown')
    return situation.missing.length > 0
      ? 'put the missing fact on record.'
      : doubts.length > 0
        ? 'confirm whether that training counts, or take the approved course again.'
        : 'put on record since when the person is in direct contact.'
  if (!turn) return 'complete the initial training; the yearly date is counted from it.'
  if (situation.roster === 'off' || situation.certified === 'no') return 'nothing while it is not required.'
  if (standing === 'overdue')
    return `${renew}, before ${situation.supposed ? 'direct contact begins' : 'any further direct contact'}.`
  if (standing === 'due_before_contact') return `${renew}, before direct contact begins.`
  if (standing === 'not_required' && turn.due < situation.on)
    return `${renew}, before direct contact begins again.`
  return `${renew}, by ${formatDay(turn.due)}.`
}
