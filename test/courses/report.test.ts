import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { suggestion } from '#server/courses/authoring/files/problems.ts'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { longestAnswers } from '#server/courses/authoring/questions/pools.ts'
import { coursesReport } from '#server/courses/authoring/report.ts'
import type { CoursesReport } from '#server/courses/authoring/report-shape.ts'
import { reportText } from '#server/courses/authoring/report-text.ts'
import {
  assessmentMinutes,
  calculatedMinutes,
  exerciseWords,
  readingGrade,
  sentencesOf,
} from '#server/courses/authoring/text/reading.ts'
import type { Exercise } from '#server/courses/catalogue/question-types.ts'
import { loadedAfter, module1, pool, practice } from './fixture.ts'

const loaded = loadedAfter({})
const report = coursesReport(loaded.catalogue, loaded.problems, '2026-11-23')

describe('the report', () => {
  test('has a row per lesson and a row per pool', () => {
    expect(report.ok).toBe(true)
    const [working] = report.courses
    expect(working).toMatchObject({ slug: 'welcome', version: '1.0.0', state: 'working' })
    expect(working!.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(working!.lessons[1]).toEqual({
      module: 'first-day',
      lesson: 'practice',
      title: 'Practice',
      words: 17,
      words_with_exercises: 253,
      minutes_declared: 5,
      minutes_reckoned: 5.2,
      reading_grade: expect.any(Number),
      facts: { V: 1, V2: 0, U: 1 },
      fact_keys: { V: [expect.stringMatching(/^F-/)], V2: [], U: ['F-04'] },
      figures: 0,
      scenarios: 1,
      exercises: 7,
    })
    expect(working!.pools).toEqual([
      {
        module: 'first-day',
        questions: 17,
        draw: 8,
        types: { single: 10, multiple: 1, 'true-false': 1, order: 1, match: 1, sort: 1, scenario: 2 },
        scenarios: 2,
        correct_longest_share: expect.any(Number),
        practice: 1,
        assessment_minutes_declared: 3,
        assessment_minutes_reckoned: 4.1,
        objectives: [0, 0],
        endings: 0,
        guesser: { picks: 14, chance: 0.32, strategies: expect.any(Object) },
      },
    ])
    expect(working).toMatchObject({ minutes_declared: 11, minutes_reckoned: 11.7 })
    expect(report.facts).toEqual({
      total: 4,
      by_status: { V: 2, V2: 1, U: 1 },
      older_than_a_year: [],
    })
  })

  test('has exactly the JSON fields shown in the authors’ guide', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../courses/README.md'), 'utf8')
    const shown = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)![1]!) as CoursesReport
    const { catalogue, problems } = loadCourses(resolve(import.meta.dirname, '../../courses'))
    const found = { file: 'a', line: 1, level: 'warning', message: 'b', fix: 'c' } as const
    const whole = coursesReport(catalogue, [...problems, found], '2026-11-23')
    // Which types of questions a pool holds differs from pool to pool.
    const shape = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.length > 0 ? [shape(value[0])] : []
      if (value === null || typeof value !== 'object') return typeof value
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [
          key,
          ['types', 'fact_keys', 'older_than_a_year'].includes(key) ? 'as it is' : shape(inner),
        ]),
      )
    }
    expect(shape(whole)).toEqual(shape(shown))
  })

  test('has the table headings shown in the authors’ guide', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../courses/README.md'), 'utf8')
    const headings = (text: string) =>
      text
        .split('\n')
        .filter((line) => /^ {2}(lesson|pool) /.test(line))
        .map((line) => line.trim().split(/ {2,}/))
    const printed = headings(reportText(report)).slice(0, 2)
    expect(printed).toHaveLength(2)
    expect(headings(page)).toEqual(printed)
    expect(page).toContain('minutes: 222 declared, 223 calculated, everything included')
    expect(reportText(report)).toMatch(/minutes: \d+ declared, [\d.]+ calculated, everything included/)
  })

  test('lists facts and values checked more than a year ago', () => {
    const later = coursesReport(loaded.catalogue, [], '2027-10-15')
    expect(later.facts.older_than_a_year).toEqual(['F-02'])
    expect(later.ok).toBe(true)
    expect(later.problems).toEqual([
      expect.objectContaining({ level: 'warning', message: 'F-02 was last checked more than a year ago.' }),
    ])
    expect(coursesReport(loaded.catalogue, [], '2028-01-01').facts.older_than_a_year).toContain('front_desk')
  })

  test('says when a lesson is hard to read', () => {
    const hard = loadedAfter({
      [practice]: (text) =>
        text.replace(
          'Try each of these.',
          'Institutional environments necessitate comprehensive organizational accountability regarding individualized developmental considerations. '.repeat(
            30,
          ),
        ),
    })
    const { problems } = coursesReport(hard.catalogue, [], '2026-11-23')
    expect(problems).toEqual([
      expect.objectContaining({
        file: `fixture/${practice}`,
        message: expect.stringMatching(/^The text reads at grade/),
      }),
    ])
  })

  test('lists errors first for authors', () => {
    const broken = loadedAfter({ [`${module1}/module.yml`]: (text) => text.replace('draw: 8', 'drew: 8') })
    const text = reportText(coursesReport(broken.catalogue, broken.problems, '2026-11-23'))
    expect(text).toMatch(/^Errors \(2\)\nfixture\/welcome\/01-first-day\/module.yml:1: "draw" is missing/)
    expect(text).toContain('module.yml:5: "drew" is not a key of module.yml. Did you mean "draw"?')
    expect(text).toContain('Fix 2 errors before the service can start.')
    expect(reportText(report)).toContain('The courses have no errors.')
  })
})

describe('courses:check', () => {
  const run = promisify(execFile)
  const command = resolve(import.meta.dirname, '../../server/cli/courses-check.ts')
  const check = (...args: string[]) =>
    run(process.execPath, [command, ...args]).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
    )

  test('exits with 0 for valid courses and prints the full report as JSON', async () => {
    const dir = resolve(import.meta.dirname, 'fixture')
    const { code, stdout } = await check('--json', dir)
    expect(code).toBe(0)
    const parsed = JSON.parse(stdout) as CoursesReport
    expect(parsed.courses.map(({ slug, version }) => `${slug} ${version}`)).toEqual([
      'welcome 1.0.0',
      'welcome 0.9.0',
    ])
  })

  test('exits with 1 if a job aid is longer than its page', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'courses-'))
    try {
      cpSync(resolve(import.meta.dirname, 'fixture'), dir, { recursive: true })
      mkdirSync(join(dir, 'job-aids'))
      const long = 'Another line of advice for whoever stands at the door.\n\n'.repeat(80)
      writeFileSync(join(dir, 'job-aids/01-card.md'), `---\ntitle: Card\npurpose: Long.\n---\n\n${long}`)
      const { code, stdout } = await check(dir)
      expect(code).toBe(1)
      expect(stdout).toContain('/job-aids/01-card.md:1: It is longer than one page.')
    } finally {
      rmSync(dir, { recursive: true })
    }
  })

  test('exits with 1 if there are errors', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'courses-'))
    try {
      cpSync(resolve(import.meta.dirname, 'fixture'), dir, { recursive: true })
      rmSync(join(dir, pool))
      const { code, stdout } = await check(dir)
      expect(code).toBe(1)
      expect(stdout).toContain('/welcome/01-first-day/questions.yml:1: The module has no questions.')
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})

describe('measures', () => {
  const { exercises } = loaded.catalogue.courses.get('welcome')!.working!.modules[0]!.lessons[1]!
  const of = (...ids: string[]): Exercise[] => ids.map((id) => exercises.get(id)!)

  test('minutes are reading at 150 words a minute, and a quarter of a minute for each decision', () => {
    expect(calculatedMinutes(300, [], 0, 0)).toBe(2)
    expect(calculatedMinutes(0, [], 3, 2)).toBe(3.5)
    const desk = of('desk-open')
    // "The front desk is closed at night," True, False, and five or six words of feedback.
    expect(exerciseWords(desk[0]!)).toBe(14.5)
    expect(calculatedMinutes(0, desk, 0, 0)).toBe(0.3)
    // Three lines to put in order are three decisions.
    expect(calculatedMinutes(0, of('in-order'), 0, 0)).toBe(1)
  })

  test('a scenario’s length is the average of its paths', () => {
    const [evening] = of('the-evening')
    // Name, opening, kitchen and its choices; then the reason, a second step of one kind or the other, and its end.
    expect(exerciseWords(evening!)).toBe(52)
  })

  test('an assessment’s length is the drawn questions, averaged over the pool', () => {
    const pool = of('desk-open', 'desk-open')
    expect(assessmentMinutes(pool, 10)).toBe(3.5)
  })

  test('sentences end where a reader stops', () => {
    expect(sentencesOf('Go. “Are you all right?” Wait at 8 p.m. for her, e.g. with tea.')).toEqual([
      'Go.',
      '“Are you all right?”',
      'Wait at 8 p.m. for her, e.g. with tea.',
    ])
  })

  test('short plain sentences have a low reading grade, and long academic ones a high one', () => {
    expect(readingGrade(['You sit down.', 'You wait.'])).toBeLessThan(3)
    expect(
      readingGrade([
        'The juvenile authorities subsequently investigated the institutional circumstances thoroughly.',
      ]),
    ).toBeGreaterThan(15)
    expect(readingGrade([])).toBe(0)
  })

  test('the longest answer is counted if there is one correct choice', () => {
    const single = exercises.get('name-first')!
    expect(longestAnswers([single])).toMatchObject({ of: 1, longest: 1, expected: 1 / 3 })
    expect(longestAnswers(of('what-helps', 'desk-open'))).toMatchObject({ of: 0, longest: 0 })
    expect(longestAnswers(of('the-evening')).of).toBe(3)
  })
})

test('a similar name is suggested, or else the available names', () => {
  expect(suggestion('tabel', ['table', 'chair'], 'words')).toBe('Did you mean "table"?')
  expect(suggestion('sofa', ['table', 'chair'], 'words')).toBe('The words are: table, chair.')
  expect(suggestion('sofa', [], 'words')).toBe('There are no words yet.')
})
