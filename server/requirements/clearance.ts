import { addDays, type Day, formatDay } from '#server/lib/days.ts'
import type { ClearanceAnswer } from './answer-schema.ts'
import { doneBy } from './as-known.ts'
import type { Facts, Program } from './facts.ts'
import type { Finding, Reason } from './finding.ts'
import { residentialAnnual } from './residential-annual.ts'
import { residentialInitial } from './residential-initial.ts'
import { certificationReasons, employmentReasons, missingReasons } from './sentences.ts'
import { asIfInContact, type Situation, situationAt } from './situation.ts'
import { covers } from './spans.ts'
import { programTurningDays } from './turning-days.ts'

export type ClearanceVerdict = {
  readonly program: string
  readonly answer: ClearanceAnswer['answer']
  readonly situation: Situation
  /** The findings as they would be with contact on that day, the initial one first. */
  readonly findings: readonly Finding[]
}

const inOrder: readonly Finding['standing'][] = ['not_required', 'current', 'due_soon']

/**
 * May this person have direct contact at this program on this day? Always asked as if contact were on that day, so that
 * it answers for who is about to begin. It speaks of this training alone.
 */
export function clearanceVerdict(facts: Facts, program: Program, on: Day): ClearanceVerdict {
  const situation = situationAt(facts, program, on)
  const supposed = asIfInContact(situation)
  const findings = [
    residentialInitial(supposed, facts.trainings),
    residentialAnnual(supposed, facts.trainings),
  ]
  return { program: program.id, answer: answerOf(situation, findings), situation, findings }
}

/** The last day of the answer “yes”, if nothing more is recorded; null where it has no end in sight. */
export function clearedUntil(facts: Facts, program: Program, on: Day): Day | null {
  const known = doneBy(facts, on)
  for (const day of programTurningDays(known, program, on))
    if (clearanceVerdict(known, program, day).answer !== 'yes') return addDays(day, -1)
  return null
}

export function clearance(facts: Facts, program: Program, on: Day): ClearanceAnswer {
  const verdict = clearanceVerdict(facts, program, on)
  const until = verdict.answer === 'yes' ? clearedUntil(facts, program, on) : null
  return { program: program.id, answer: verdict.answer, until, because: becauseOf(verdict, until) }
}

function answerOf(
  { assignment, roster }: Situation,
  findings: readonly Finding[],
): ClearanceAnswer['answer'] {
  if (roster === 'off') return 'no'
  if (findings.some(({ standing }) => standing !== 'unknown' && !inOrder.includes(standing))) return 'no'
  if (assignment?.hiredOn === null || findings.some(({ standing }) => standing === 'unknown'))
    return 'unknown'
  return 'yes'
}

function becauseOf({ answer, situation, findings }: ClearanceVerdict, until: Day | null): readonly string[] {
  const { on, program, roster, assignment } = situation
  const day = formatDay(on)
  if (roster === 'off')
    return [
      `No: not on the roster of ${program.name} on ${day}.`,
      ...texts(employmentReasons(situation)),
      `Next: put the employment on record before direct contact at ${program.name}.`,
    ]
  if (answer === 'unknown') {
    const open = findings.filter(({ standing }) => standing === 'unknown')
    const doubts = open
      .flatMap(({ reasons }) => reasons())
      .filter(({ kind }) => kind === 'missing' || kind === 'next')
    return unique([
      `Not known: a fact that the answer needs is not on file.`,
      ...texts(missingReasons(situation)),
      ...texts(doubts),
    ])
  }
  if (answer === 'no') {
    const failing = findings.filter(({ standing }) => standing !== 'unknown' && !inOrder.includes(standing))
    return unique([
      `No: ${failing.map(({ requirement }) => shortfall[requirement] ?? requirement).join(', and ')} on ${day}.`,
      ...texts(failing.flatMap(({ reasons }) => reasons())),
    ])
  }
  const onLeave = assignment !== null && covers(assignment.leave, on)
  const headline =
    situation.certified === 'no'
      ? `Yes, as far as this training is concerned: ${program.name} is not certified for it on ${day}.`
      : `Yes${until === null ? '' : `, until ${formatDay(until)}`}.`
  return unique([
    headline,
    ...(onLeave ? ['On leave that day: this says only that the training is in order.'] : []),
    ...(situation.certified === 'no'
      ? texts(certificationReasons(situation))
      : texts(
          findings.flatMap(({ reasons, requirement }) =>
            reasons().filter(
              ({ kind }) => kind !== 'missing' && (kind !== 'next' || requirement === 'residential-annual'),
            ),
          ),
        )),
    ...(situation.certified === 'no' && until !== null
      ? [`That holds through ${formatDay(until)}; after it, the training is required.`]
      : []),
  ])
}

const shortfall: { readonly [Requirement in string]?: string } = {
  'residential-initial': 'the initial training is not complete',
  'residential-annual': 'the yearly training is overdue',
}

function texts(reasons: readonly Reason[]): readonly string[] {
  return reasons.map(({ text }) => text)
}

function unique(sentences: readonly string[]): readonly string[] {
  return [...new Set(sentences)]
}
