import { annualDates, workedExamples } from '#server/law/examples/worked-examples.ts'
import { factsOf } from '#server/law/facts/facts.ts'
import { readFacts } from '#server/law/facts/facts-check.ts'
import type { WrittenFacts } from '#server/law/facts/facts-schema.ts'
import { problemLine } from '#server/law/facts/problem.ts'
import { requirementIds, requirementOn } from '#server/law/facts/ruleset.ts'
import { defaultSettings, interpretationSentence } from '#server/law/facts/settings.ts'
import { rules } from '#server/law/reasons/rules.ts'
import { standing } from '#server/law/standing.ts'
import { formatDay } from '#server/lib/days.ts'

/** "How dates are worked out": the rules, with examples calculated live by the same code. */
export function rulesPage() {
  return {
    title: 'How dates are worked out',
    requirements: requirementIds.map((id) => requirementOn(id, '2199-12-31')),
    rules: rules.map((rule) => ({
      ...rule,
      interpretation: rule.setting ? interpretationSentence(rule.setting, defaultSettings) : null,
    })),
    examples: workedExamples.map((example) => ({
      number: example.number,
      title: example.title,
      decision: example.decision ?? null,
      rules: example.rules,
      cases: example.cases.map((one) => {
        if (one.refused) return { what: one.what, on: one.on, refused: refusalOf(one.facts) }
        const answer = standing(factsOf(one.facts), one.on)
        const found = one.requirement
          ? answer.requirements.find(
              ({ requirement, program }) =>
                requirement === one.requirement?.requirement && program === one.requirement.program,
            )
          : undefined
        const cleared = one.clearance
          ? answer.clearance.find(({ program }) => program === one.clearance?.program)
          : undefined
        return { what: one.what, on: one.on, found, cleared }
      }),
    })),
    annualDates: annualDates.map(([completed, due]) => ({
      completed: formatDay(completed),
      due: formatDay(due),
    })),
  }
}

export type RulesPage = ReturnType<typeof rulesPage>

/** The rules and examples that have these words. */
export function rulesWith({ rules: all, examples }: RulesPage, asked: string) {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean)
  const has = (text: string) => words.every((word) => text.toLowerCase().includes(word))
  return {
    rules: all.filter(({ code, title, words: said, source }) => has(`${code} ${title} ${said} ${source}`)),
    examples: examples.filter((one) =>
      has(`${one.title} ${one.rules.join(' ')} ${JSON.stringify(one.cases)}`),
    ),
  }
}

function refusalOf(facts: WrittenFacts): readonly string[] {
  const read = readFacts(facts)
  return read.ok ? [] : read.problems.map(problemLine)
}
