import type { Facts } from '#server/law/facts/facts.ts'
import { requirementOn } from '#server/law/facts/ruleset.ts'
import { standing } from '#server/law/standing.ts'
import type { Day } from '#server/lib/days.ts'
import { standingWords } from '#server/standings/standing-words.ts'

type Effect = Readonly<{ program: string; what: string; from: string; to: string }>

type DecisionEffects = Readonly<{
  accepted: readonly Effect[]
  /** Only where verifying the certificate changes more than accepting alone. */
  verified: readonly Effect[] | null
}>

/** What accepting a training would change today in some programs: its requirements and the answer on direct contact. */
export function decisionEffects(
  facts: Facts,
  trainingId: string,
  programs: readonly Readonly<{ program_id: string; program: string }>[],
  on: Day,
): DecisionEffects {
  const decided = (certificateVerified: boolean): Facts => ({
    ...facts,
    trainings: facts.trainings.map((one) =>
      one.ref === trainingId
        ? { ...one, accepted: true, certificateVerified: certificateVerified || one.certificateVerified }
        : one,
    ),
  })
  const before = wordsOf(facts, on)
  const effectsOf = (after: ReadonlyMap<string, string>) =>
    programs.flatMap(({ program_id, program }) =>
      [...before].flatMap(([key, from]): readonly Effect[] => {
        const [place, what = ''] = key.split('\n')
        const to = after.get(key)
        return place === program_id && to !== undefined && to !== from ? [{ program, what, from, to }] : []
      }),
    )
  const accepted = effectsOf(wordsOf(decided(false), on))
  const verified = effectsOf(wordsOf(decided(true), on))
  return { accepted, verified: JSON.stringify(verified) === JSON.stringify(accepted) ? null : verified }
}

const answers = { yes: 'yes', no: 'no', unknown: 'not known' } as const

/** Every verdict on a day in words, by its program and what it is about. */
function wordsOf(facts: Facts, on: Day): ReadonlyMap<string, string> {
  const answer = standing(facts, on)
  return new Map([
    ...answer.clearance.map((one) => [`${one.program}\nDirect contact`, answers[one.answer]] as const),
    ...answer.requirements.map(
      (one) =>
        [`${one.program}\n${requirementOn(one.requirement, on).title}`, standingWords(one, on)] as const,
    ),
  ])
}
