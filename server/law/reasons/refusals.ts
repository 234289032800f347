import { matches } from '#server/law/facts/evidence.ts'
import type { Training } from '#server/law/facts/facts.ts'
import { satisfaction, termsOf } from '#server/law/facts/formula.ts'
import {
  type RequirementId,
  requirementOn,
  residentialCourse,
  residentialRefresher,
} from '#server/law/facts/ruleset.ts'
import { formatDay } from '#server/lib/days.ts'
import { dayWords, sentenceCase, trainingName } from './sentences.ts'

/** Why a training does not satisfy a requirement: a name for pages and tests, and the sentence for people. */
export type Refusal = {
  readonly name:
    | 'voided'
    | 'version-not-approved'
    | 'course-is-supplementary'
    | 'not-the-approved-curriculum'
    | 'certificate-not-verified'
    | 'not-accepted-yet'
    | 'declined'
    | 'not-about-trafficking'
    | 'not-an-academy-course'
    | 'outside-its-window'
    | 'needs-its-pair'
    | 'no-hours'
    | 'refresher-not-accepted'
  /** Why, without the training's name: beside it on a page. */
  readonly why: string
  readonly sentence: string
}

type Reason = { readonly name: Refusal['name']; readonly why: string }

const academyOnly =
  'only the courses of the Minnesota Child Welfare Training Academy that its page names do: X205; X100 since January 2020; or X203 and X204, both taken December 2019 through March 2022'
const pairReason: Reason = {
  name: 'needs-its-pair',
  why: 'X203 and X204 count together, both taken December 2019 through March 2022',
}
const foundationOnly =
  'only the foundation courses of the Minnesota Child Welfare Training Academy do: X100, and X113, which follows it'

/** Null where the training counts, or may yet count once something is confirmed. */
export function refusalOf(
  id: RequirementId,
  training: Training,
  among: readonly Training[] = [training],
): Refusal | null {
  const { satisfied_by, citation } = requirementOn(id, training.day ?? '2199-12-31')
  if (satisfaction(satisfied_by, [training], matches).answer !== 'no') return null
  const half = termsOf(satisfied_by).some((term) => matches(term, training).answer !== 'no')
  const together = half ? satisfaction(satisfied_by, among, matches) : null
  if (together && together.answer !== 'no' && together.by.includes(training)) return null
  const reason = half ? pairReason : reasonOf(id, training)
  const named = `${sentenceCase(trainingName(training))}${dayWords(training)}`
  return { ...reason, sentence: `${named} does not satisfy ${citation}: ${reason.why}.` }
}

function reasonOf(id: RequirementId, training: Training): Reason {
  if (training.voidedOn !== null)
    return { name: 'voided', why: `its record was voided on ${formatDay(training.voidedOn)}` }
  switch (id) {
    case 'residential-initial':
      return training.kind === 'completion' ? courseReason(training) : elsewhereReason(training)
    case 'residential-annual':
      return annualReason(training)
    case 'annual-hours':
      return training.accepted
        ? { name: 'no-hours', why: 'it has no hours' }
        : acceptanceReason(training, 'agency')
    default:
      return academyReason(id, training)
  }
}

function courseReason({ course }: Training): Reason {
  if (course === residentialRefresher)
    return {
      name: 'refresher-not-accepted',
      why: 'the yearly refresher counts only where the license holder accepts it or the commissioner has approved it',
    }
  return course === residentialCourse
    ? {
        name: 'version-not-approved',
        why: 'the version completed was not approved by the commissioner, and only an approved version counts',
      }
    : { name: 'course-is-supplementary', why: `it is not the training for this; “${residentialCourse}” is` }
}

function elsewhereReason(training: Training): Reason {
  if (!training.sameCurriculum)
    return {
      name: 'not-the-approved-curriculum',
      why: 'an outside training counts as the initial one only where it is the same approved curriculum, all modules of it',
    }
  if (!training.certificateVerified)
    return { name: 'certificate-not-verified', why: 'its certificate has not been verified' }
  return acceptanceReason(training, 'license holder')
}

function annualReason(training: Training): Reason {
  if (training.humanTrafficking === false)
    return { name: 'not-about-trafficking', why: 'it is not a human trafficking training' }
  if (training.kind === 'completion' && training.accepted === null) return courseReason(training)
  return acceptanceReason(training, 'license holder')
}

function acceptanceReason({ accepted }: Training, by: 'license holder' | 'agency'): Reason {
  return accepted === false
    ? { name: 'declined', why: `the ${by} declined it` }
    : { name: 'not-accepted-yet', why: `the ${by} has not accepted it` }
}

function academyReason(id: RequirementId, training: Training): Reason {
  const only = id === 'child-protection-trafficking' ? academyOnly : foundationOnly
  const terms = termsOf(requirementOn(id, '2199-12-31').satisfied_by).filter(
    (term) => term.kind === 'academy',
  )
  const own = terms.filter(({ codes }) => training.code !== null && codes.includes(training.code))
  if (training.kind === 'completion')
    return {
      name: 'course-is-supplementary',
      why: `the courses of this system are supplementary here; ${only}`,
    }
  if (own.length === 0) return { name: 'not-an-academy-course', why: only }
  if (!training.accepted) return acceptanceReason(training, 'agency')
  const when = own.find((term) => term.when !== undefined)?.when
  return { name: 'outside-its-window', why: `${training.code} counts when taken ${when}` }
}
