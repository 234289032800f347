import path from 'node:path'
import { expect, test } from 'vitest'
import { hoursLedger } from '#server/law/child-protection/hours-ledger.ts'
import { clearanceVerdict } from '#server/law/clearance.ts'
import { clearanceCause } from '#server/law/clearance-cause.ts'
import { workedExamples } from '#server/law/examples/worked-examples.ts'
import { type Facts, factsOf } from '#server/law/facts/facts.ts'
import { readFacts } from '#server/law/facts/facts-check.ts'
import type { WrittenFacts } from '#server/law/facts/facts-schema.ts'
import { problemLine } from '#server/law/facts/problem.ts'
import { gaps } from '#server/law/gaps.ts'
import { nextChangeOn, upcoming } from '#server/law/next-change.ts'
import { creditsFor, outsideCredits } from '#server/law/outside-training.ts'
import { agenciesOf } from '#server/law/reasons/duties.ts'
import { programsOf } from '#server/law/reasons/situation.ts'
import { standing } from '#server/law/standing.ts'
import type { Day } from '#server/lib/days.ts'
import { rareLives } from './rare-lives.ts'
import { drawnLife } from './second-opinion/drawn-lives.ts'

const reviewedFile = (name: string) => path.join(import.meta.dirname, 'answers', `${name}.txt`)

/** Lives in which, together, the law says almost everything that it can say. */
const lives = [
  91, 354, 2208, 4517, 1603, 75, 5921, 3366, 2814, 3374, 3212, 5528, 1217, 4500, 2808, 2272, 5279, 5643, 2965,
  4864, 660, 4166, 3033, 1467, 4628, 3940, 5814, 2650, 4523, 2780,
]

test.each(workedExamples)(
  'the law answers worked example $number as in its reviewed file',
  async ({ number, title, cases }) => {
    const answers = cases.flatMap(({ what, facts, on }) => [
      `# ${title}: ${what}`,
      ...answerLines(facts, on),
      ...creditLines(facts),
      '',
    ])
    await expect(reviewed(answers)).toMatchFileSnapshot(reviewedFile(`example-${number}`))
  },
)

test.each(rareLives.map((life, index) => [index + 1, life] as const))(
  'the law answers rare life %i as in its reviewed file',
  async (number, { what, facts, on, asKnownOn }) => {
    const answer = [`# ${what}`, ...answerLines(facts, on, asKnownOn), ...creditLines(facts), '']
    await expect(reviewed(answer)).toMatchFileSnapshot(reviewedFile(`rare-${number}`))
  },
)

test.each(lives)('the law answers drawn life %i as in its reviewed file', async (seed) => {
  const { life, asked } = drawnLife(seed)
  const answer = [JSON.stringify(life), ...answerLines(life as WrittenFacts, asked[0] as Day), '']
  await expect(reviewed(answer)).toMatchFileSnapshot(reviewedFile(`life-${seed}`))
})

/** Long sentences without a date are written out once, at the end: a change of words is then one changed line. */
function reviewed(lines: readonly string[]): string {
  const long = new Map<string, string>()
  const short = lines.map((line) => {
    // Rows and facts are written where they are.
    if (line.length < 100 || /^[#{]|^own: | \| |, \d{4}\b/.test(line)) return line
    const begins = `${line.slice(0, 70)}…`
    if ((long.get(begins) ?? line) !== line) return line
    long.set(begins, line)
    return begins
  })
  return [...short, '# Written out', ...[...long.values()].map((line) => line.trim()).sort(), ''].join('\n')
}

function creditLines(written: WrittenFacts): readonly string[] {
  const facts = factsOf(written)
  return facts.trainings.flatMap((training) => {
    const credits = outsideCredits(training, facts.trainings)
    const { own, other } = creditsFor(facts, credits)
    return [
      ...credits.flatMap(({ requirement, answer, says, sentence }) => [
        `${requirement}, ${answer}: ${says}`,
        `  ${sentence}`,
      ]),
      `own: ${own.map(({ requirement }) => requirement)}, other: ${other.map(({ requirement }) => requirement)}`,
    ]
  })
}

/** Facts that cannot all be true are refused in a file, and answered as far as possible on a page. */
function answerLines(written: WrittenFacts, on: Day, asKnownOn?: Day): readonly string[] {
  const read = readFacts(written)
  const facts = factsOf(written)
  const { requirements, clearance } = standing(facts, on, asKnownOn)
  return [
    ...(read.ok ? [] : read.problems.map(problemLine)),
    `On ${on}`,
    ...requirements.flatMap(({ explanation, ...row }) => [values(row), ...explanation.map(indented)]),
    ...clearance.flatMap(({ because, ...row }) => [values(row), ...because.map(indented)]),
    ...laterLines(facts, on),
  ]
}

function laterLines(facts: Facts, on: Day): readonly string[] {
  const programs = programsOf(facts)
  return [
    ...programs.map((it) => `cause at ${it.id}: ${clearanceCause(clearanceVerdict(facts, it, on))}`),
    ...gaps(facts, on).map((gap) => `gap: ${values(gap)}`),
    ...agenciesOf(facts).flatMap((agency) =>
      hoursLedger(facts, agency, on).map((year) => `hours: ${JSON.stringify(year)}`),
    ),
    `changes next: ${nextChangeOn(upcoming(facts, on))}`,
  ]
}

const values = (row: object) => Object.values(row).map(String).join(' | ')
const indented = (sentence: string) => `  ${sentence}`
