import { covers } from '#server/law/facts/periods.ts'
import type { ClearanceAnswer } from '#server/law/reasons/answer-schema.ts'
import { type Finding, isShort, type Reason } from '#server/law/reasons/finding.ts'
import { certificationReasons, employmentReasons, missingReasons } from '#server/law/reasons/sentences.ts'
import type { Situation } from '#server/law/reasons/situation.ts'
import { type Day, formatDay } from '#server/lib/days.ts'

export type ClearanceVerdict = {
  readonly program: string
  readonly answer: ClearanceAnswer['answer']
  readonly situation: Situation
  /** The findings as they would be with contact on that day, the initial one first. */
  readonly findings: readonly Finding[]
}

/** Why a person may, may not, or may for all we know have direct contact: the answer first, the next step last. */
export function clearanceReasons(verdict: ClearanceVerdict, until: Day | null): readonly string[] {
  const { answer, situation } = verdict
  if (situation.roster === 'off') return offRoster(verdict)
  if (answer === 'unknown') return notKnown(verdict)
  if (answer === 'no') return short(verdict)
  return situation.certified === 'no' ? notCertified(verdict, until) : inOrder(verdict, until)
}

function offRoster({ situation }: ClearanceVerdict): readonly string[] {
  const { name } = situation.program
  return [
    `No: not on the roster of ${name} on ${formatDay(situation.on)}.`,
    ...texts(employmentReasons({ ...situation, roster: 'on' })),
    `Next: put the employment on record before direct contact at ${name}.`,
  ]
}

function notKnown({ situation, findings }: ClearanceVerdict): readonly string[] {
  const open = findings.filter(({ standing }) => standing === 'unknown')
  const asked = open.flatMap(({ reasons }) =>
    reasons().filter(({ kind }) => kind === 'missing' || kind === 'next'),
  )
  return unique([
    'Not known: a fact that the answer needs is not on file.',
    ...texts(missingReasons(situation)),
    ...texts(asked),
  ])
}

function short({ situation, findings }: ClearanceVerdict): readonly string[] {
  const failing = findings.filter(isShort)
  return unique([
    `No: ${failing.map((finding) => shortfall(finding, situation.on)).join(', and ')}.`,
    ...texts(failing.flatMap(({ reasons }) => reasons())),
  ])
}

function notCertified({ situation, findings }: ClearanceVerdict, until: Day | null): readonly string[] {
  const { name } = situation.program
  return [
    `Yes, as far as this training is concerned: ${name} is not certified for it on ${formatDay(situation.on)}.`,
    ...onLeave(situation),
    ...texts(certificationReasons(situation)),
    ...(until === null ? [] : [`The answer holds through ${formatDay(until)}.`]),
    ...texts(
      findings
        .filter(({ standing }) => standing === 'due_soon')
        .flatMap(({ reasons }) => reasons().filter(({ kind }) => kind === 'next')),
    ),
  ]
}

function inOrder({ situation, findings }: ClearanceVerdict, until: Day | null): readonly string[] {
  const told = findings.flatMap(({ reasons }, index) =>
    reasons().filter(({ kind }) => kind !== 'missing' && (kind !== 'next' || index === findings.length - 1)),
  )
  return unique([
    until === null ? 'Yes.' : `Yes, until ${formatDay(until)}.`,
    ...onLeave(situation),
    ...texts(told),
  ])
}

function onLeave({ assignment, on }: ClearanceVerdict['situation']): readonly string[] {
  return assignment !== null && covers(assignment.leave, on)
    ? ['On leave that day: this says only that the training is in order.']
    : []
}

function shortfall({ requirement, due_on }: Finding, on: Day): string {
  return requirement === 'residential-annual' && due_on !== null
    ? `the yearly date of ${formatDay(due_on)} has passed`
    : `the initial training is not complete on ${formatDay(on)}`
}

function texts(reasons: readonly Reason[]): readonly string[] {
  return reasons.map(({ text }) => text)
}

function unique(sentences: readonly string[]): readonly string[] {
  return [...new Set(sentences)]
}
