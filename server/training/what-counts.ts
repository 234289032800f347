import type { ElsewhereTraining } from '#server/courses/catalogue/course-parts.ts'
import type { Facts, Training } from '#server/law/facts/facts.ts'
import { termsOf } from '#server/law/facts/formula.ts'
import { type RequirementId, requirementOn } from '#server/law/facts/ruleset.ts'
import { outsideCredits } from '#server/law/outside-training.ts'
import type { RequirementAnswer } from '#server/law/reasons/answer-schema.ts'
import type { Day } from '#server/lib/days.ts'

/** The listed trainings of others that the rules count for a requirement, beyond doubt. */
export function whatCounts(
  requirement: RequirementId,
  today: Day,
  elsewhere: readonly ElsewhereTraining[],
): readonly Pick<ElsewhereTraining, 'id' | 'title' | 'code'>[] {
  const codes = termsOf(requirementOn(requirement, today).satisfied_by).flatMap((term) =>
    term.kind === 'academy' && !term.unconfirmed ? term.codes : [],
  )
  return elsewhere.filter(({ code }) => codes.some((one) => code.split(' ').includes(one)))
}

/** The outside trainings that wait for a decision and would serve a requirement better than what is on record. */
export function waitingFor(
  { requirement, satisfied_on }: Pick<RequirementAnswer, 'requirement' | 'satisfied_on'>,
  { trainings }: Facts,
): readonly (Pick<Training, 'ref' | 'title' | 'day'> & { readonly says: string })[] {
  // The hours that wait are said in the card's own sentence.
  if (requirement === 'annual-hours') return []
  return trainings
    .filter(({ kind, accepted, voidedOn }) => kind === 'outside' && accepted === null && voidedOn === null)
    .filter(({ day }) => !satisfied_on || (day !== null && day > satisfied_on))
    .flatMap((training) =>
      outsideCredits(training, trainings)
        .filter((credit) => credit.requirement === requirement && credit.answer !== 'refused')
        .map(({ says }) => ({ ref: training.ref, title: training.title, day: training.day, says })),
    )
}
