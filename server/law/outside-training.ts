import { matches } from '#server/law/facts/evidence.ts'
import type { Facts, Training } from '#server/law/facts/facts.ts'
import { satisfaction } from '#server/law/facts/formula.ts'
import { type RequirementId, requirementIds, requirementOn } from '#server/law/facts/ruleset.ts'
import { type Refusal, refusalOf } from '#server/law/reasons/refusals.ts'
import { sentenceCase, trainingName } from '#server/law/reasons/sentences.ts'

/** What one outside training can do for one requirement. The form shows it as soon as it is entered. */
type OutsideCredit = {
  readonly requirement: RequirementId
  /** The requirement's title. */
  readonly title: string
  readonly sentence: string
  /** The same beside the title, without the training's name. */
  readonly says: string
} & (
  | { readonly answer: 'satisfies' | 'once_accepted' | 'needs_confirmation' }
  | { readonly answer: 'refused'; readonly refusal: Refusal['name'] }
)

/** Every requirement, in the order of the rule set; `among` are the person's trainings, for those that count in pairs. */
export function outsideCredits(
  training: Training,
  among: readonly Training[] = [],
): readonly OutsideCredit[] {
  return requirementIds.map((requirement) => outsideCredit(requirement, training, among))
}

/** Those of the requirements that a person's work brings, and the others. */
export function creditsFor({ programs, duties }: Facts, credits: readonly OutsideCredit[]) {
  const isOwn = ({ requirement }: OutsideCredit) =>
    requirement.startsWith('residential') ? programs.length > 0 : duties.length > 0
  const own = credits.filter(isOwn)
  return own.length > 0 ? { own, other: credits.filter((one) => !isOwn(one)) } : { own: credits, other: [] }
}

function outsideCredit(
  requirement: RequirementId,
  training: Training,
  among: readonly Training[],
): OutsideCredit {
  const undecided = training.accepted === null
  const accepted = undecided ? { ...training, accepted: true } : training
  const all = [...among.filter((other) => other !== training && other.ref !== training.ref), accepted]
  const { satisfied_by, title, citation } = requirementOn(requirement, training.day ?? '2199-12-31')
  const refusal = refusalOf(requirement, accepted, all)
  if (refusal) {
    const { name, why, sentence } = refusal
    const says = `It does not satisfy ${citation}: ${why}.`
    return { requirement, title, answer: 'refused', refusal: name, sentence, says }
  }
  const met = satisfaction(satisfied_by, all, matches)
  const named = sentenceCase(trainingName(training))
  if (met.answer === 'unconfirmed') {
    const why = met.why[met.by.indexOf(accepted)] ?? met.why.join('; ')
    return {
      requirement,
      title,
      says: `It may count, which needs confirmation: ${why}.`,
      answer: 'needs_confirmation',
      sentence: `${named} may count for “${title}”, which needs confirmation: ${why}.`,
    }
  }
  return undecided
    ? {
        requirement,
        title,
        says: `It can count once ${acceptor(requirement)} accepts it.`,
        answer: 'once_accepted',
        sentence: `${named} can count for “${title}” once ${acceptor(requirement)} accepts it.`,
      }
    : {
        requirement,
        title,
        says: `It counts${acceptedWords(requirement)}.`,
        answer: 'satisfies',
        sentence: `${named} counts for “${title}”${acceptedWords(requirement)}.`,
      }
}

function acceptor(requirement: RequirementId): string {
  return requirement.startsWith('residential') ? 'the license holder' : 'the agency'
}

/** What a license holder accepts is never called approved by the commissioner. */
function acceptedWords(requirement: RequirementId): string {
  return requirement === 'residential-annual' ? ', accepted by the license holder' : ''
}
