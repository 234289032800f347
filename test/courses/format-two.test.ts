import { describe, expect, test } from 'vitest'
import { givenAwayBy, guesserScore } from '#server/courses/authoring/questions/guesser.ts'
import { loadText, saidOf, scenario } from './format-two.ts'

const pool = '01-evening/questions.yml'
const module = '01-evening/module.yml'
const six = '01-evening/01-at-six.md'
const swap = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to)

test('a valid course of version 2.0.0 has no errors', () => {
  expect(saidOf({}).filter((line) => line.startsWith('error'))).toEqual([])
})

test('courses before version 2.0.0 do not have to meet these rules', () => {
  const old = saidOf({
    'course.yml': swap('2.0.0', '1.9.0'),
    [pool]: (text) => text.replaceAll(/ {2}objective: \d\n/g, ''),
  })
  expect(old.filter((line) => line.startsWith('error'))).toEqual([])
})

type Edits = Parameters<typeof saidOf>[0]
const each = (cases: readonly [rule: string, edits: Edits, says: RegExp][]) =>
  test.each(cases)('%s', (_, edits, says) => {
    expect(saidOf(edits).join('\n')).toMatch(says)
  })

describe('questions', () => {
  each([
    [
      'each names the objective it measures',
      { [pool]: swap('  objective: 1\n', '') },
      /error .*questions.yml:1: The question "q0" names no objective/,
    ],
    [
      'the objective is one of the module’s',
      { [pool]: swap('objective: 1', 'objective: 4') },
      /questions.yml:1: The question "q0" names objective 4, but the module has 3/,
    ],
    [
      'each objective is measured',
      { [pool]: (text) => text.replaceAll('objective: 3', 'objective: 1') },
      /No question measures objective 3, "say sorry"/,
    ],
    [
      'an attempt draws ten, and eight of them pass',
      { [module]: swap('draw: 10', 'draw: 8') },
      /module.yml:1: The module draws 8 questions and passes at 80%\. Set "draw: 10" and "pass_mark: 80", so that 8 of 10 pass\./,
    ],
    [
      'a pool has at least 24',
      { [pool]: swap(scenario(3), '') },
      /module.yml:1: The pool has 23 questions. Write at least 24/,
    ],
  ])
})

describe('scenarios that count', () => {
  const first = (from: string, to: string) => ({ [pool]: swap(from, to) })
  each([
    [
      'end in an ending of their own',
      first('next: alone', 'next: end'),
      /"s0" has a choice that leads to "end"/,
    ],
    [
      'say how each ending turns out',
      first('id: settled, outcome: good', 'id: settled'),
      /"s0" has no outcome for its ending "settled"/,
    ],
    [
      'know four outcomes',
      first('outcome: good', 'outcome: fine'),
      /"outcome" is "fine", which is not an allowed value/,
    ],
    [
      'have consequences: not every choice of a step leads to the same place',
      first('why: She is alone again., next: alone', 'why: She is alone again., next: settled'),
      /"s0" leads to the same place for every choice at "table"/,
    ],
    [
      'have a way back after a mistake',
      first('id: mended, outcome: recovered', 'id: mended, outcome: missed'),
      /"s0" has no way to recover from a mistake/,
    ],
    [
      'have two endings that read differently',
      {
        [pool]: (text) =>
          text
            .replace('She sleeps through the night.', 'Night.')
            .replace('She comes back for the plate.', 'Night.')
            .replace('She goes to her room hungry.', 'Night.'),
      },
      /"s0" has fewer than two reachable endings/,
    ],
  ])
})

describe('minutes', () => {
  each([
    [
      'of a module are off by 15% at most, questions included',
      { [module]: swap('assessment_minutes: 5', 'assessment_minutes: 9') },
      /module.yml:1: The module declares 11 minutes with its questions, but takes about 7\. Change the minutes or the text until they differ by no more than 15%\./,
    ],
    [
      'of a course are off by 15% at most',
      { [module]: swap('assessment_minutes: 5', 'assessment_minutes: 9') },
      /course.yml:1: The course declares 11 minutes, but takes about 7\. Change the minutes or the text until they differ by no more than 15%\./,
    ],
    [
      'of a course stay below the most that it may take',
      { 'course.yml': swap('max_minutes: 8', 'max_minutes: 5') },
      /course.yml:9: The course takes 7 minutes, everything included\. The limit is 5\. Shorten it\./,
    ],
    [
      'a lesson has at most 1,100 words, exercises included',
      { [six]: swap('Lin is back.', 'Lin is back. '.repeat(400)) },
      /01-at-six.md:1: The lesson has 1234 words with its exercises\. Shorten it to 1100 words or split it in two\./,
    ],
  ])
})

describe('a lesson', () => {
  each([
    [
      'stops its reader only for a reason that is known',
      { [six]: swap('fictional: true', 'content_note_level: stop') },
      /01-at-six.md:6: The content note stops the reader but has no reason/,
    ],
    [
      'knows four such reasons',
      { [six]: swap('fictional: true', 'content_note_level: stop\ncontent_note_reason: sadness') },
      /"content_note_reason" is "sadness", which is not an allowed value/,
    ],
    [
      'says "fictional" with its mark alone',
      { [six]: swap('Lin is back.', 'Lin, a fictional girl, is back.') },
      /warning .*01-at-six.md:12: The text says "fictional"/,
    ],
    [
      'names a scene by its time',
      { [six]: swap('::: day "6:00 p.m."', '::: day') },
      /01-at-six.md:11: A "day" block has no time\. Write ::: day "6:40 p\.m\."\./,
    ],
    [
      'lights up a part of its drawing for each step',
      { [six]: swap('Bring a plate.', 'Bring a plate.\n- **The bed:** Say good night.') },
      /01-at-six.md:\d+: Nothing in evening\.svg is highlighted at step 3\. Add class="fig-step-3" to the parts of that step\./,
    ],
    [
      'names each step of its drawing',
      { [six]: swap('- **The table:** Bring', '- Bring') },
      /A step of this drawing has no name/,
    ],
  ])

  test('has an inline content note unless it gives a reason to stop', () => {
    const levelAfter = (edits: Edits) =>
      loadText(edits).catalogue.courses.get('evenings')!.current.modules[0]!.lessons[0]!.contentNoteLevel
    expect(levelAfter({})).toBe('inline')
    const stop = 'content_note_level: stop\ncontent_note_reason: disclosure'
    expect(levelAfter({ [six]: swap('fictional: true', stop) })).toBe('stop')
    // Older courses had no levels: every note stopped.
    expect(levelAfter({ 'course.yml': swap('2.0.0', '1.0.0') })).toBe('stop')
  })

  test('shows an interactive drawing as a list that works without scripts', () => {
    const { html } = loadText().catalogue.courses.get('evenings')!.current.modules[0]!.lessons[0]!
    expect(html).toContain(
      '<details class="lesson-explore-step lesson-explore-step-2" name="figure-1"><summary>The table</summary>',
    )
    expect(html).toContain('class="fig-box fig-step-2"')
  })
})

describe('a module', () => {
  each([
    [
      'has an interactive drawing',
      { [six]: (text) => text.replace('::: explore', '::: figure') },
      /module.yml:1: The module has no interactive drawing/,
    ],
    [
      'has a long case that returns in a second lesson',
      { [six]: (text) => text.replace(/::: day[\s\S]*?\n:::\n/, '') },
      /module.yml:1: The module’s long case appears in one lesson/,
    ],
    [
      'has labels of 12 pixels on a phone',
      { 'figures/evening.svg': swap('0 0 360 120', '0 0 460 120') },
      /evening.svg:1: The smallest label is 11.4 pixels on a phone/,
    ],
  ])
})

describe('someone who knows nothing', () => {
  const more = (reworded: (question: string) => string) => (text: string) =>
    text +
    Array.from({ length: 20 }, (_, at) =>
      reworded(text.split('- id: q5\n')[1]!.split('- id: q6')[0]!).replace(/^/, `- id: m${at}\n`),
    ).join('')

  test.each([
    ['longest', 'Say one kind word to her, and mean it'],
    ['shortest', 'Wave'],
    ['gives a reason', 'Say it so that...'],
    ['waits', 'Come back later'],
    ['absolute', 'Say only a word'],
  ])('cannot pass with the strategy "%s"', (strategy, right) => {
    const edits = { [pool]: more((question) => question.replace('Say one kind word', right)) }
    const said = saidOf(edits).join('\n')
    expect(said).toMatch(
      new RegExp(`error .*course.yml:1: The strategy "${strategy}" gets \\d+% correct without any knowledge`),
    )
    expect(said).toMatch(/"best combination" gets/)
  })

  test('gets chance results if the wording gives nothing away', () => {
    const questions = [
      ...loadText().catalogue.courses.get('evenings')!.current.modules[0]!.questions.values(),
    ]
    const singles = guesserScore(questions.filter(({ type }) => type === 'single'))
    expect(singles.picks).toBe(20)
    for (const share of Object.values(singles.strategies)) expect(share).toBeCloseTo(1 / 3)
    expect(givenAwayBy(singles)).toEqual([])
  })
})
