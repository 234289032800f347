import { periodWords } from '#server/law/facts/period-words.ts'
import { holds } from '#server/law/facts/periods.ts'
import type { ClearanceAnswer } from '#server/law/reasons/answer-schema.ts'
import { type Finding, isShort, type Reason } from '#server/law/reasons/finding.ts'
import {
  certificationReasons,
  conflictReasons,
  correctRecords,
  employmentReasons,
  missingReasons,
} from '#server/law/reasons/sentences.ts'
import type { Situation } from '#server/law/reasons/situation.ts'
import { type Day, formatDay } from '#server/lib/days.ts'

export type ClearanceVerdict = {
  readonly program: string
  readonly answer: ClearanceAnswer['answer']
  readonly situation: Situation
  /** The findings as they would be with contact on that day, the initial one first. */
  readonly findings: readonly Finding[]
  /** The findings as they are, for what the training asks beyond that day. */
  readonly standing: readonly Finding[]
}

/** Why a person may, may not, or may for all we know have direct contact: the answer first, the next step last. */
export function clearanceReasons(verdict: ClearanceVerdict, until: Day | null): readonly string[] {
  const { answer, situation } = verdict
  if (situation.conflicts.length > 0) return conflicting(verdict)
  if (situation.roster === 'off') return offRoster(verdict)
  if (situation.onLeave) return onLeave(verdict)
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

function conflicting({ situation: { conflicts, program } }: ClearanceVerdict): readonly string[] {
  return [
    'Not known: records conflict.',
    ...texts(conflictReasons(conflicts, program.name)),
    `Next: ${correctRecords}`,
  ]
}

/** Someone on leave has no direct contact that day. Whether their training is in order is said too. */
function onLeave({ situation, findings }: ClearanceVerdict): readonly string[] {
  const { assignment, on, program } = situation
  const leave = (assignment?.leave ?? []).filter((period) => holds(period, on))
  const isOpen = findings.some(({ standing }) => standing === 'unknown' || isShort({ standing }))
  return unique([
    `No: on leave from ${program.name} on ${formatDay(on)}.`,
    ...leave.map(({ from, to }) => `Leave: ${periodWords(from, to)}.`),
    ...(isOpen ? texts(findings.flatMap(({ reasons }) => reasons())) : ['The training is in order.']),
  ])
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
  if (failing.length === 0) return shortEitherWay(situation, findings)
  return unique([
    `No: ${failing.map((finding) => shortfall(finding, situation.on)).join(', and ')}.`,
    ...texts(failing.flatMap(({ reasons }) => reasons())),
  ])
}

/** Each value of a missing fact gives no, and not for the same reason. */
function shortEitherWay(situation: Situation, findings: readonly Finding[]): readonly string[] {
  const gaps = findings.flatMap(({ reasons }) => reasons().filter(({ kind }) => kind === 'missing'))
  return unique([
    `No: whatever the missing fact turns out to be, the training is not in order on ${formatDay(situation.on)}.`,
    ...texts(missingReasons(situation)),
    ...texts(gaps),
    'Next: no direct contact until the approved training is complete, with its certificate.',
  ])
}

function notCertified(
  { situation, findings, standing }: ClearanceVerdict,
  until: Day | null,
): readonly string[] {
  const { name } = situation.program
  return [
    `Yes, as far as this training is concerned: ${name} is not certified for it on ${formatDay(situation.on)}.`,
    ...dueLater(situation, standing),
    ...texts(certificationReasons(situation)),
    ...(until === null ? [] : [`The answer holds through ${formatDay(until)}.`]),
    ...texts(
      findings
        .filter(({ standing }) => standing === 'due_soon')
        .flatMap(({ reasons }) => reasons().filter(({ kind }) => kind === 'next')),
    ),
  ]
}

function inOrder({ situation, findings, standing }: ClearanceVerdict, until: Day | null): readonly string[] {
  const told = findings.flatMap(({ reasons }, index) =>
    reasons().filter(({ kind }) => kind !== 'next' || index === findings.length - 1),
  )
  return unique([
    until === null ? 'Yes.' : `Yes, until ${formatDay(until)}.`,
    ...dueLater(situation, standing),
    ...texts(told),
  ])
}

/** The training may be due before contact begins though contact that very day would be in order. */
function dueLater({ on }: Situation, standing: readonly Finding[]): readonly string[] {
  return standing.some(({ standing }) => standing === 'due_before_contact')
    ? [`This answer is for ${formatDay(on)} alone: the training is still due before direct contact begins.`]
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
