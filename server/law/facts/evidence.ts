import { type Day, laterOf } from '#server/lib/days.ts'
import { checkedBy } from './as-known.ts'
import type { Program, Training } from './facts.ts'
import { type Formula, type Match, type Term, termsOf } from './formula.ts'

/** A training that counts, its day, and the day from which it counts at the place that asks. */
export type Credit = { readonly training: Training; readonly day: Day; readonly held: Day }

/** A training that would count if something not on file turned out so. */
export type Doubt = { readonly training: Training; readonly why: string }

export type Evidence = {
  readonly credits: readonly Credit[]
  readonly doubts: readonly Doubt[]
  /** What counts once the place that asks has verified its certificate (R11) or confirmed how it was taken (R9). */
  readonly unverified: readonly Training[]
}

const yes: Match = { answer: 'yes' }
const no: Match = { answer: 'no' }
const unconfirmed = (why: string): Match => ({ answer: 'unconfirmed', why })

/** Whether one training meets one term of a formula. */
export function matches(term: Term, training: Training): Match {
  if (training.voidedOn !== null) return no
  switch (term.kind) {
    case 'approved-course':
      if (training.course !== term.course || training.approved === false) return no
      return training.approved
        ? yes
        : unconfirmed('whether the commissioner had approved the version completed is not on file')
    case 'same-curriculum':
      if (!training.accepted || !training.certificateVerified || training.sameCurriculum === false) return no
      return training.sameCurriculum
        ? yes
        : unconfirmed('whether it is the same approved curriculum is not on file')
    case 'accepted-trafficking-training':
      if (!training.accepted || training.humanTrafficking === false) return no
      // Every course of this system is about trafficking and exploitation.
      return training.kind === 'completion' || training.humanTrafficking
        ? yes
        : unconfirmed('whether it is a human trafficking training is not on file')
    case 'accepted-hours':
      if (!training.accepted || training.hours === 0) return no
      return training.hours === null ? unconfirmed('its hours are not on file') : yes
    case 'academy':
      return training.accepted ? academyMatch(term, training) : no
  }
}

/** What the formula's terms find among trainings by a day. For the terms of one `any`; an `all` needs `satisfaction`. */
export function evidenceOf(
  formula: Formula,
  trainings: readonly Training[],
  on: Day,
  place?: Program,
): Evidence {
  const terms = termsOf(formula)
  const credits: Credit[] = []
  const doubts: Doubt[] = []
  const unverified: Training[] = []
  for (const training of trainings) {
    const found = terms.map((term) => matches(term, training))
    const doubt = found.find((match) => match.answer === 'unconfirmed')
    const held = heldFrom(training, place)
    if (found.some((match) => match.answer === 'yes')) {
      if (training.day === null) doubts.push({ training, why: 'the day of completion is not on file' })
      else if (held !== null && held <= on) credits.push({ training, day: training.day, held })
      else if (training.day <= on) unverified.push(checkedBy(training, on))
    } else if (doubt && (training.day === null || training.day <= on))
      doubts.push({ training, why: doubt.why })
  }
  return { credits, doubts, unverified }
}

/**
 * The day from which a training counts at a program. Null where the program has yet to verify its certificate, or one of its
 * supervisors has yet to confirm that it was taken.
 */
function heldFrom(training: Training, place: Program | undefined): Day | null {
  const verified = verifiedFrom(training, place)
  if (verified === null || !waitsForConfirmation(training, place)) return verified
  const confirmed = training.confirmed.find(({ program }) => program === place?.id)
  return confirmed ? laterOf(verified, confirmed.on) : null
}

export const waitsForConfirmation = ({ fast }: Training, place: Program | undefined): boolean =>
  fast === true && place?.settings.fast_completions === 'after-confirmation'

function verifiedFrom(training: Training, place: Program | undefined): Day | null {
  if (training.day === null || place?.settings.transfer !== 'verified-first') return training.day
  if (training.program === place.id) return training.day
  const verified = training.verified.find(({ program }) => program === place.id)
  return verified ? laterOf(training.day, verified.on) : null
}

function academyMatch(term: Extract<Term, { kind: 'academy' }>, { code, day }: Training): Match {
  if (code === null || !term.codes.includes(code)) return no
  if (day === null && (term.from || term.to)) return unconfirmed('the day of completion is not on file')
  if (day !== null && ((term.from && day < term.from) || (term.to && day > term.to))) return no
  return term.unconfirmed ? unconfirmed(term.unconfirmed) : yes
}
