import path from 'node:path'
import { expect, test } from 'vitest'
import { hoursLedger } from '#server/law/child-protection/hours-ledger.ts'
import { clearanceVerdict } from '#server/law/clearance.ts'
import { clearanceCause } from '#server/law/clearance-cause.ts'
import { workedExamples } from '#server/law/examples/worked-examples.ts'
import type { Facts } from '#server/law/facts/facts.ts'
import { readFacts } from '#server/law/facts/facts-check.ts'
import { problemLine } from '#server/law/facts/problem.ts'
import { gaps } from '#server/law/gaps.ts'
import { nextChangeOn, upcoming } from '#server/law/next-change.ts'
import { outsideCredits } from '#server/law/outside-training.ts'
import { agenciesOf } from '#server/law/reasons/duties.ts'
import { programsOf } from '#server/law/reasons/situation.ts'
import { standing } from '#server/law/standing.ts'
import type { Day } from '#server/lib/days.ts'
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

test.each(lives)('the law answers drawn life %i as in its reviewed file', async (seed) => {
  const { life, asked } = drawnLife(seed)
  const answer = [JSON.stringify(life), ...answerLines(life, asked[0] as Day), '']
  await expect(reviewed(answer)).toMatchFileSnapshot(reviewedFile(`life-${seed}`))
})

/** Long sentences without a date are written out once, at the end: a change of words is then one changed line. */
function reviewed(lines: readonly string[]): string {
  const long = new Map<string, string>()
  const short = lines.map((line) => {
    if (line.length < 100 || line.includes(' | ') || line.startsWith('{') || /, \d{4}\b/.test(line))
      return line
    const begins = `${line.slice(0, 70)}…`
    if ((long.get(begins) ?? line) !== line) return line
    long.set(begins, line)
    return begins
  })
  return [...short, '# Written out', ...[...long.values()].map((line) => line.trim()).sort(), ''].join('\n')
}

function creditLines(written: unknown): readonly string[] {
  const read = readFacts(written)
  if (!read.ok) return []
  const { trainings } = read.facts
  return trainings.flatMap((training) =>
    outsideCredits(training, trainings).flatMap(({ requirement, answer, says, sentence }) => [
      `${requirement}, ${answer}: ${says}`,
      `  ${sentence}`,
    ]),
  )
}

function answerLines(written: unknown, on: Day): readonly string[] {
  const read = readFacts(written)
  if (!read.ok) return read.problems.map(problemLine)
  const { requirements, clearance } = standing(read.facts, on)
  return [
    `On ${on}`,
    ...requirements.flatMap(({ explanation, ...row }) => [values(row), ...explanation.map(indented)]),
    ...clearance.flatMap(({ because, ...row }) => [values(row), ...because.map(indented)]),
    ...laterLines(read.facts, on),
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
