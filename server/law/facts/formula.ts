import { type Day, laterOf } from '#server/lib/days.ts'

/** What satisfies a requirement, as data: a boolean formula over courses and trainings, each with its window of dates. */
export type Formula =
  | { readonly kind: 'any' | 'all'; readonly of: readonly Formula[] }
  /** A course of this system, in a version that the commissioner had approved. */
  | { readonly kind: 'approved-course'; readonly course: string }
  /** The same approved curriculum from another provider, with a certificate that was verified. */
  | { readonly kind: 'same-curriculum' }
  /** Any human trafficking training that the license holder has accepted. */
  | { readonly kind: 'accepted-trafficking-training' }
  /** Hours of any training that the agency has accepted. */
  | { readonly kind: 'accepted-hours' }
  /** A course of the Child Welfare Training Academy by its code; older codes of the same course beside it. */
  | {
      readonly kind: 'academy'
      readonly codes: readonly string[]
      readonly from?: Day
      readonly to?: Day
      /** The window in words: 'since March 2022'. */
      readonly when?: string
      /** Why this is not certain: then it is never counted, only reported as needing confirmation. */
      readonly unconfirmed?: string
    }

export type Term = Exclude<Formula, { of: readonly Formula[] }>

/** Whether one training meets one term; a missing fact, or a doubt of the rule, is neither yes nor no. */
export type Match =
  | { readonly answer: 'yes' | 'no' }
  | { readonly answer: 'unconfirmed'; readonly why: string }

/** What came out: the day it was first met and by which trainings, or what would have to be confirmed, or no. */
export type Satisfaction<T> =
  | { readonly answer: 'yes'; readonly on: Day; readonly by: readonly T[] }
  | { readonly answer: 'unconfirmed'; readonly by: readonly T[]; readonly why: readonly string[] }
  | { readonly answer: 'no' }

export function termsOf(formula: Formula): readonly Term[] {
  return 'of' in formula ? formula.of.flatMap(termsOf) : [formula]
}

/** Evaluates a formula over trainings; `day` may be null where the day of a training is not on file. */
export function satisfaction<T extends { readonly day: Day | null }>(
  formula: Formula,
  trainings: readonly T[],
  matches: (term: Term, training: T) => Match,
): Satisfaction<T> {
  if ('of' in formula) {
    const parts = formula.of.map((part) => satisfaction(part, trainings, matches))
    return formula.kind === 'any' ? firstOf(parts) : allOf(parts)
  }
  return firstOf(trainings.map((training) => single(training, matches(formula, training))))
}

function single<T extends { readonly day: Day | null }>(training: T, match: Match): Satisfaction<T> {
  if (match.answer === 'no') return { answer: 'no' }
  if (match.answer === 'unconfirmed') return { answer: 'unconfirmed', by: [training], why: [match.why] }
  if (training.day === null)
    return { answer: 'unconfirmed', by: [training], why: ['the day of completion is not on file'] }
  return { answer: 'yes', on: training.day, by: [training] }
}

function firstOf<T>(parts: readonly Satisfaction<T>[]): Satisfaction<T> {
  let first: Extract<Satisfaction<T>, { answer: 'yes' }> | undefined
  for (const part of parts) if (part.answer === 'yes' && (!first || part.on < first.on)) first = part
  return first ?? doubtOf(parts.filter((part) => part.answer === 'unconfirmed'))
}

function allOf<T>(parts: readonly Satisfaction<T>[]): Satisfaction<T> {
  if (parts.some((part) => part.answer === 'no')) return { answer: 'no' }
  const met = parts.filter((part) => part.answer === 'yes')
  if (met.length < parts.length) return doubtOf(parts.filter((part) => part.answer === 'unconfirmed'))
  const on = met.map((part) => part.on).reduce(laterOf)
  return { answer: 'yes', on, by: met.flatMap((part) => part.by) }
}

function doubtOf<T>(doubts: readonly Extract<Satisfaction<T>, { answer: 'unconfirmed' }>[]): Satisfaction<T> {
  if (doubts.length === 0) return { answer: 'no' }
  return {
    answer: 'unconfirmed',
    by: doubts.flatMap((doubt) => doubt.by),
    why: doubts.flatMap((doubt) => doubt.why),
  }
}
