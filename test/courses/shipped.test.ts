import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { problemLine } from '#server/courses/authoring/files/problems.ts'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { longestAnswers } from '#server/courses/authoring/questions/pools.ts'
import { answerFields } from '#server/courses/catalogue/answer-fields.ts'
import { keyOf, markAnswer } from '#server/learning/questions/marking.ts'

/** The courses as they are shipped. */
const { catalogue, problems } = loadCourses(resolve(import.meta.dirname, '../../courses'))
const versions = [...catalogue.courses.values()].flatMap((course) => [...course.versions.values()])
const modulesOf = (texts: typeof versions) =>
  texts.flatMap(({ slug, version, modules }) =>
    modules.map((module) => ({ name: `${slug} ${version}, ${module.slug}`, module })),
  )
const modules = modulesOf(versions.filter(({ kind }) => kind === 'training'))
const refresherModules = modulesOf(versions.filter(({ kind }) => kind === 'refresher'))

test('they have no errors', () => {
  expect(problems.filter(({ level }) => level === 'error').map(problemLine)).toEqual([])
})

test('the residential course has its five modules, and they take less than four hours with their questions', () => {
  const { modules } = catalogue.courses.get('residential-settings')!.current
  expect(modules).toHaveLength(5)
  expect(
    modules.reduce((sum, { minutes, assessmentMinutes }) => sum + minutes + assessmentMinutes, 0),
  ).toBeLessThan(240)
})

test('labels of each drawing are at least 12 px on a phone', () => {
  const styles = readFileSync(resolve(import.meta.dirname, '../../static/styles/_figure.scss'), 'utf8')
  const smallest = Math.min(...[...styles.matchAll(/font-size: (\d+)px/g)].map(([, size]) => Number(size)))
  const widths = [...catalogue.courses.values()].flatMap(({ current }) =>
    current.modules
      .flatMap(({ lessons }) => lessons)
      .flatMap(({ html }) => [...html.matchAll(/class="lesson-drawing"[^>]*viewBox="0 0 (\d+) /g)])
      .map(([, width]) => Number(width)),
  )
  expect(widths.length).toBeGreaterThan(20)
  // The text of a lesson is 350 px wide at 390.
  for (const width of widths) expect((smallest * 350) / width).toBeGreaterThanOrEqual(12)
})

test('each course lists its authors, so that no one can approve their own text', () => {
  for (const { writtenBy } of versions) expect(writtenBy).not.toEqual([])
})

test('a quotation mark before a glossary word stays on its line', () => {
  const lessons = catalogue.courses.get('residential-settings')!.current.modules[2]!.lessons
  const { html } = lessons.find(({ slug }) => slug === 'six-principles-on-shift')!
  expect(html).toMatch(/<span class="lesson-term-held">“<button[^>]*>Trauma-informed<\/button>”<\/span>/)
})

describe.each(modules)('$name', ({ module }) => {
  const questions = [...module.questions.values()]

  test('shows no leftover markup', () => {
    for (const lesson of module.lessons) {
      expect(lesson.html).not.toMatch(/\sstyle=|<script|\{\{|\[\[|\[\^|:::/)
    }
  })

  test('has two branching scenarios and two drawings, or more, in its lessons', () => {
    const exercises = module.lessons.flatMap((lesson) => [...lesson.exercises.values()])
    expect(exercises.filter(({ type }) => type === 'scenario').length).toBeGreaterThanOrEqual(2)
    expect(module.lessons.reduce((sum, { measure }) => sum + measure.figures, 0)).toBeGreaterThanOrEqual(2)
  })

  test('has a pool of 16 questions or more, two of them scenarios, each with a key that is marked right', () => {
    expect(questions.length).toBeGreaterThanOrEqual(16)
    expect(questions.filter(({ type }) => type === 'scenario').length).toBeGreaterThanOrEqual(2)
    for (const question of questions) expect(markAnswer(question, keyOf(question)).correct).toBe(true)
  })

  test('does not give the correct answer away by its length', () => {
    const { longest, expected, deviation } = longestAnswers(questions)
    expect(longest).toBeLessThanOrEqual(expected + 1.64 * deviation)
  })

  test('shows the correct answer in each position as often as expected by chance', () => {
    const singles = questions.flatMap((question) => (question.type === 'single' ? [question] : []))
    const draws = singles.flatMap((question) =>
      Array.from({ length: 100 }, (_, attempt) => {
        const fields = answerFields(question, `attempt ${attempt}`)
        const right = question.choices.find(({ correct }) => correct)!.text.html
        return {
          first: fields.kind === 'choices' && fields.choices[0]!.html === right,
          chance: 1 / question.choices.length,
        }
      }),
    )
    const first = draws.filter((draw) => draw.first).length / draws.length
    const chance = draws.reduce((sum, draw) => sum + draw.chance, 0) / draws.length
    expect(Math.abs(first - chance)).toBeLessThan(0.06)
  })
})

describe.each(refresherModules)('$name', ({ module }) => {
  test('shows no leftover markup', () => {
    for (const lesson of module.lessons) {
      expect(lesson.html).not.toMatch(/\sstyle=|<script|\{\{|\[\[|\[\^|:::/)
    }
  })

  test('marks the best path through each scenario as correct', () => {
    for (const question of module.questions.values())
      expect(markAnswer(question, keyOf(question)).correct).toBe(true)
  })
})

test('the refresher takes 45 to 60 minutes, and every question of its diagnostic is a situation', () => {
  const { modules, minutes } = catalogue.courses.get('residential-refresher')!.current
  expect(minutes).toBeGreaterThanOrEqual(45)
  expect(minutes).toBeLessThanOrEqual(60)
  const [diagnostic, refreshers] = modules
  expect(diagnostic!.questions.size).toBeGreaterThanOrEqual(12)
  expect(new Set([...diagnostic!.questions.values()].map(({ type }) => type))).toEqual(new Set(['scenario']))
  expect(refreshers!.lessons.length).toBeGreaterThanOrEqual(8)
})
