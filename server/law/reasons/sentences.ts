import { type Doubt, waitsForConfirmation } from '#server/law/facts/evidence.ts'
import type { Conflict, Program, Training } from '#server/law/facts/facts.ts'
import { periodWords } from '#server/law/facts/period-words.ts'
import { formatDay, formatTime } from '#server/lib/days.ts'
import { fact, missing, type Reason } from './finding.ts'
import { type Situation, specializedCertifications } from './situation.ts'

/** The facts of a situation in sentences: certification, hire, contact and leave. */
export function situationReasons(situation: Situation): readonly Reason[] {
  return [...certificationReasons(situation), ...employmentReasons(situation), ...missingReasons(situation)]
}

const served = 'to serve sex-trafficked, commercially sexually exploited or at-risk youth'

export function certificationReasons({ program }: Situation): readonly Reason[] {
  const known = specializedCertifications(program).filter(({ from }) => from !== null)
  if (known.length === 0 && program.certifications !== null)
    return [fact(`${program.name} holds no certification ${served}.`, program.ref)]
  return known.map(({ from, to, ref }) =>
    fact(`${program.name} is certified ${served}, ${periodWords(from!, to)}.`, ref),
  )
}

export function employmentReasons({ assignment, program, roster, on }: Situation): readonly Reason[] {
  if (!assignment) return [fact(`No employment at ${program.name} is on file.`)]
  const { hiredOn, separatedOn, contact, leave, ref } = assignment
  return [
    ...(roster === 'off' ? [fact(`Not on the roster of ${program.name} on ${formatDay(on)}.`, ref)] : []),
    ...(hiredOn === null ? [] : [fact(`Hired at ${program.name} on ${formatDay(hiredOn)}.`, ref)]),
    ...(separatedOn === null ? [] : [fact(`The employment ends on ${formatDay(separatedOn)}.`, ref)]),
    ...(contact?.length === 0 ? [fact(`No direct contact at ${program.name} is on file.`, ref)] : []),
    ...(contact ?? []).flatMap((period) =>
      period.from === null
        ? []
        : [
            fact(
              `Direct contact at ${program.name}: ${periodWords(period.from, period.to)}${period.fromAt ? `, beginning at ${formatTime(period.fromAt)}` : ''}.`,
              period.ref,
            ),
          ],
    ),
    ...leave.map(({ from, to, ref }) => fact(`Leave: ${periodWords(from, to)}.`, ref)),
  ]
}

export function missingReasons({ missing: facts, conflicts, program }: Situation): readonly Reason[] {
  return [...conflictReasons(conflicts, program.name), ...facts.map(({ text, ref }) => missing(text, ref))]
}

/** Records that cannot all be true, each in a sentence. */
export function conflictReasons(conflicts: readonly Conflict[], place: string): readonly Reason[] {
  return conflicts.map(({ says }) => missing(`Records conflict at ${place}: ${says}.`))
}

export const correctRecords = 'correct whichever of these days is wrong; until then the answer is unknown.'

export function doubtReasons(doubts: readonly Doubt[]): readonly Reason[] {
  return doubts.map(({ training, why }) =>
    missing(
      `${sentenceCase(trainingName(training))}${dayWords(training)} cannot be counted yet: ${why}.`,
      training.ref,
    ),
  )
}

/** 'The course “residential-settings” was completed on February 9, 2024 at 4:00 PM Central time.' */
export function completionReason(training: Training, lead = 'completed'): Reason {
  const at = training.at === null ? '' : ` at ${formatTime(training.at)}`
  const recorded =
    training.recordedOn !== null && training.recordedOn !== training.day
      ? ` It was put on record on ${formatDay(training.recordedOn)}.`
      : ''
  return fact(
    `${sentenceCase(trainingName(training))} was ${lead}${dayWords(training)}${at}.${recorded}`,
    training.ref,
  )
}

export function unverifiedReasons(trainings: readonly Training[], place: Program): readonly Reason[] {
  return trainings.map((training) => {
    const waits = isUnconfirmed(training, place)
      ? 'it went very fast, and no supervisor there has confirmed it (R9)'
      : 'its certificate has not been verified there (R11)'
    return fact(
      `${sentenceCase(trainingName(training))} of ${formatDay(training.day!)} does not count at ${place.name} yet: ${waits}.`,
      training.ref,
    )
  })
}

/** Whether what a training waits for is a supervisor of the program. */
export const isUnconfirmed = (training: Training, place: Program): boolean =>
  waitsForConfirmation(training, place) && !training.confirmed.some(({ program }) => program === place.id)

/** Rule R18: a training entered after its date is marked, though its own day may have been in time. */
export function recordedLateReason({ recordedOn, ref }: Training, due: string | null): readonly Reason[] {
  if (recordedOn === null || due === null || recordedOn <= due) return []
  return [
    fact(`Recorded late (R18): on ${formatDay(recordedOn)}, after the due date of ${formatDay(due)}.`, ref),
  ]
}

export function trainingName({ kind, title, code, provider }: Training): string {
  if (kind === 'completion') return `the course “${title}”`
  const details = [code === title ? null : code, provider].filter(
    (detail) => detail !== null && detail !== '',
  )
  return `the training “${title}”${details.length > 0 ? ` (${details.join(', ')})` : ''}`
}

export function dayWords({ day }: Training): string {
  return day === null ? '' : ` on ${formatDay(day)}`
}

export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
