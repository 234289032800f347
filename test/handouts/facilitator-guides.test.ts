import { getElementsByTagName, textContent } from 'domutils'
import { parseDocument } from 'htmlparser2'
import { beforeAll, describe, expect, test } from 'vitest'
import { readCoursesFolder } from '#server/courses/authoring/files/course-files.ts'
import { problemLine } from '#server/courses/authoring/files/problems.ts'
import { loadFolder } from '#server/courses/authoring/load.ts'
import { facilitatorGuidePath, isForGroups } from '#server/courses/catalogue/catalogue.ts'
import { fixtureDir } from '#test/courses/fixture.ts'
import { faultsOf } from '#test/paper/pdf-rules.ts'
import { aWorld, type Client, theCourses, type World } from '#test/support/app.ts'
import { readPaper, wordsMissing } from './paper-reading.ts'

const modules = [...theCourses().courses.values()].flatMap(({ current }) =>
  current.modules
    .filter(isForGroups)
    .map((module) => ({ course: current, module, name: `${current.slug}, ${module.slug}` })),
)

/** A scenario's name is set off with a period. */
const lettersOf = (text: string) => text.replaceAll(/[^\p{L}\p{N}]/gu, '')

let world: World
let sam: Client
beforeAll(async () => {
  world = await aWorld()
  sam = await world.as('sam@northstar.example')
})

describe.each(modules)('the facilitator’s guide to $name', ({ course, module }) => {
  const path = facilitatorGuidePath(course.slug, module.slug)
  let article: string

  beforeAll(async () => {
    const { body, statusCode } = await sam.get(path)
    expect(statusCode).toBe(200)
    article = textContent(getElementsByTagName('article', parseDocument(body), true)[0]!)
  })

  test('says what to prepare, how to start and end, and that each person confirms and answers alone', () => {
    for (const said of [
      'Before the day',
      'How to open',
      'No one will ask why',
      'Some of us have lived this',
      'How to close',
      'Each person confirms for themselves that they were here',
      'Each person takes their own questions',
    ])
      expect(article).toContain(said)
  })

  test('has the module’s objectives and each lesson’s minutes, content note, prompts and exercises', () => {
    for (const objective of module.objectives) expect(article).toContain(objective)
    for (const lesson of module.lessons) {
      expect(article).toContain(`Lesson ${lesson.number}: ${lesson.title}`)
      if (lesson.contentNote) expect(article).toContain(lesson.contentNote)
      for (const text of [...lesson.together.reflections, ...lesson.together.tomorrow])
        expect(article).toContain(text)
      for (const exercise of lesson.exercises.values())
        expect(lettersOf(article)).toContain(lettersOf(exercise.stem.text))
    }
  })

  test('does not reveal scored questions', () => {
    const practiced = module.lessons.flatMap(({ exercises }) =>
      [...exercises.values()].map(({ stem }) => stem.text),
    )
    const scored = [...module.questions.values()].filter(({ stem }) => !practiced.includes(stem.text))
    if (course.kind === 'training') expect(scored.length).toBeGreaterThanOrEqual(16)
    for (const { stem } of scored) expect(article).not.toContain(stem.text)
  })

  test('has the same content as a PDF: tagged, in English, titled, headings in order, within its margins', async () => {
    const answer = await sam.get(`${path}.pdf`)
    expect(answer.headers['content-type']).toBe('application/pdf')
    expect(faultsOf(answer.rawPayload)).toEqual([])
    const paper = await readPaper(answer.rawPayload)
    expect(paper).toMatchObject({ isTagged: true, language: 'en-US' })
    expect(paper.title).toContain(module.title)
    expect(paper.pages.length).toBeGreaterThan(1)
    expect(wordsMissing(article.split(/\s+/).filter(Boolean), paper.letters)).toEqual([])
    const levels = paper.roles.flatMap((role) => /^H(\d)$/.exec(role)?.[1] ?? []).map(Number)
    expect(levels[0]).toBe(1)
    expect(levels.filter((level, at) => at > 0 && level > levels[at - 1]! + 1)).toEqual([])
    for (const { width, height, boxes } of paper.pages)
      for (const { left, right, top, bottom } of boxes) {
        expect(left).toBeGreaterThanOrEqual(36)
        expect(right).toBeLessThanOrEqual(width - 36)
        expect(bottom).toBeGreaterThan(15)
        expect(top).toBeLessThan(height - 30)
      }
  })
})

test('a visitor must sign in first', async () => {
  const answer = await world.visitor().get(facilitatorGuidePath('residential-settings', 'law-words-role'))
  expect(answer.statusCode).toBe(303)
  expect(answer.headers.location).toContain('/sign-in')
})

test('a missing module has no guide', async () => {
  expect((await sam.get(facilitatorGuidePath('residential-settings', 'nothing'))).statusCode).toBe(404)
})

test('supervisors and reviewers see links to the guides on the course’s pages; learners do not', async () => {
  const path = facilitatorGuidePath('residential-settings', 'law-words-role')
  const page = async (client: Client) => (await client.get('/courses/residential-settings')).body
  expect(await page(sam)).toContain(`href="${path}"`)
  expect(await page(await world.as('ada@northstar.example'))).not.toContain(path)
  const noor = await world.as('noor@review.example')
  const { version } = theCourses().courses.get('residential-settings')!.current
  expect((await noor.get(`/review/courses/residential-settings/${version}`)).body).toContain(`href="${path}"`)
})

test('a general guide without a place for the lessons is an error', () => {
  const path = 'fixture/facilitators-guide.md'
  const text = '---\ntitle: Together\npurpose: How.\n---\n\n## Opening\n\nSay hello.\n'
  const guide = { path, inner: 'facilitators-guide.md', text }
  const { problems } = loadFolder({ ...readCoursesFolder(fixtureDir), facilitatorsGuide: guide })
  expect(problems.map(problemLine)).toEqual([
    expect.stringContaining(`${path}:1: The guide has no heading "The lessons".`),
  ])
})
