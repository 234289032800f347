import type { Facts } from '#server/law/facts/facts.ts'
import { requirementOn } from '#server/law/facts/ruleset.ts'
import { standing } from '#server/law/standing.ts'
import type { Day } from '#server/lib/days.ts'
import { standingWords } from '#server/standings/standing-words.ts'

/** What a person's training is good for today, in sentences: where they are cleared, and what they meet until when. */
export function countsFor(facts: Facts, today: Day, names: ReadonlyMap<string, string>): readonly string[] {
  const { clearance, requirements } = standing(facts, today)
  const cleared = clearance
    .filter(({ answer }) => answer === 'yes')
    .map(({ program }) => `You’re cleared for direct contact at ${names.get(program) ?? 'your program'}.`)
  const met = requirements
    .filter((one) => one.standing === 'current')
    .map((one) => `${requirementOn(one.requirement, today).title}: ${standingWords(one, today)}.`)
  return [...new Set([...cleared, ...met])]
}
