import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { readCoursesFolder } from '#server/courses/authoring/files/course-files.ts'
import { problemLine } from '#server/courses/authoring/files/problems.ts'
import { loadFolder } from '#server/courses/authoring/load.ts'

const sample = readCoursesFolder(resolve(import.meta.dirname, 'refresher'))
const [course] = sample.courses

/** What the author reads after one file of the sample is edited. */
function saidAfter(inner: string, edit: (text: string) => string): string {
  const file = course!.files.get(inner)!
  const text = edit(file.text)
  if (text === file.text) throw new Error(`The edit of ${inner} changes nothing.`)
  const files = new Map([...course!.files, [inner, { ...file, text }]])
  const { problems } = loadFolder({ ...sample, courses: [{ ...course!, files }] })
  return problems.map((problem) => `${problem.level} ${problemLine(problem)}`).join('\n')
}

test('the sample in the authors’ guide is valid', () => {
  const { problems, catalogue } = loadFolder(sample)
  expect(problems).toEqual([])
  const { current } = catalogue.courses.get('residential-refresher')!
  expect(current).toMatchObject({
    kind: 'refresher',
    refresher: { edition: 2027, refreshes: 'residential-settings' },
  })
  expect(current.modules.map(({ part, draw }) => [part, draw])).toEqual([
    ['diagnostic', 12],
    ['refreshers', 0],
    ['cases', 0],
    ['changes', 0],
    ['commitment', 0],
  ])
})

test.each<[string, string, (text: string) => string, RegExp]>([
  [
    'says for which year it is',
    'course.yml',
    (text) => text.replace('edition: 2027\n', ''),
    /A refresher needs "edition"/,
  ],
  [
    'has its parts in order',
    '03-two-cases/module.yml',
    (text) => text.replace('part: cases', 'part: changes'),
    /The modules are diagnostic, refreshers, changes, changes, commitment/,
  ],
  [
    'has a short refresher for each objective of its diagnostic',
    '02-short-refreshers/02-the-door-at-night.md',
    (text) => text.replace('[2]', '[1]'),
    /No short refresher renews objective 2, "safety in the house"/,
  ],
  [
    'renews what the diagnostic asks about',
    '02-short-refreshers/02-the-door-at-night.md',
    (text) => text.replace('[2]', '[2, 3]'),
    /It renews 3, but the diagnostic has 2 objectives/,
  ],
  [
    'asks twelve questions',
    '01-what-you-know/module.yml',
    (text) => text.replace('draw: 12', 'draw: 8'),
    /A diagnostic draws 12 questions/,
  ],
  [
    'has no pass mark',
    '01-what-you-know/module.yml',
    (text) => `${text}pass_mark: 80\n`,
    /"pass_mark" is not a key of module.yml of a diagnostic/,
  ],
])('a refresher %s', (_, inner, edit, says) => {
  expect(saidAfter(inner, edit)).toMatch(says)
})
