import { describe, expect, test } from 'vitest'
import { questionPage } from '#server/learning/attempt-page.ts'
import { type Attempt, findAttemptOf } from '#server/learning/progress/queries.ts'
import { dayOf } from '#server/lib/days.ts'
import { loadText } from '#test/courses/format-two.ts'
import { aWorld, type Client, theCourses } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { asTheService } from '#test/support/db.ts'
import { formFor, later, openedIn, readLesson, readModule, takeAssessment } from '#test/support/taking.ts'

async function adaInAnAssessment() {
  const world = await aWorld()
  const course = world.catalogue.courses.get('residential-settings')!.current
  const module = course.modules[0]!
  const ada = await world.as('ada@northstar.example')
  const id = await personId(world.db, 'ada@northstar.example')
  await ada.post(`/courses/${course.slug}/enrollment`)
  await readModule(ada, course, module)
  const started = await ada.post(`/courses/${course.slug}/${module.slug}/assessment`)
  const address = String(started.headers.location)
  const attemptId = address.split('/').at(-1)!
  const attempt = async () => (await findAttemptOf(world.db, id, attemptId))!
  const answer = async (client: Client, form: Record<string, string | string[]>) =>
    client.post(`${address}/answers`, form)
  return { ...world, course, module, ada, id, address, attempt, answer }
}

/** What the service sends to its database meanwhile, but for what it reads by the clock. */
async function statementsOf(act: () => Promise<unknown>): Promise<readonly string[]> {
  const executor = (await asTheService()).getExecutor()
  const original = executor.executeQuery.bind(executor)
  const seen: string[] = []
  executor.executeQuery = (async (...given: Parameters<typeof original>) => {
    if (!given[0].sql.includes('"settings"')) seen.push(given[0].sql)
    return original(...given)
  }) as typeof executor.executeQuery
  try {
    await act()
  } finally {
    executor.executeQuery = original
  }
  return seen
}

const kindOf = (statement: string) => statement.trim().split(/\s/, 1)[0]

describe('an assessment', () => {
  test('does not open until every lesson of its module is read', async () => {
    const { as, catalogue, db } = await aWorld()
    const course = catalogue.courses.get('residential-settings')!.current
    const module = course.modules[0]!
    const ada = await as('ada@northstar.example')
    await ada.post(`/courses/${course.slug}/enrollment`)
    const page = await ada.get(`/courses/${course.slug}/${module.slug}/assessment`)
    expect(page.body).toContain('Still to read')
    await ada.post(`/courses/${course.slug}/${module.slug}/assessment`)
    expect(await db.selectFrom('attempts').select('id').execute()).toEqual([])
  })

  test('keeps what was chosen in an incomplete answer, and says which line is missing', async () => {
    const { course, module, attempt } = await adaInAnAssessment()
    const sort = course.modules
      .flatMap(({ questions }) => [...questions.values()])
      .find(({ type }) => type === 'sort')!
    const asked = { ...module, questions: new Map([[sort.id, sort]]) }
    const taken = { ...(await attempt()), drawn: [{ question: sort.id, seed: 'one' }] } as Attempt
    const { fields } = questionPage(course, asked, taken, null)
    if (fields.kind !== 'sort') throw new Error('The question is not one to sort.')
    const [first, ...others] = fields.items
    const sent = Object.fromEntries(others.map(({ name }) => [name, fields.options[0]!.value]))
    const again = questionPage(course, asked, taken, { ...sent, confidence: 'sure' })
    expect(again.errors).toEqual([
      {
        field: `answer-${first!.name.replace('.', '-')}`,
        message: 'One line still needs a place. What you chose is kept.',
      },
    ])
    expect(again.fields).toMatchObject({
      items: [{ chosen: '' }, ...others.map(() => ({ chosen: fields.options[0]!.value }))],
    })
    expect(again.chosenConfidence).toBe('sure')
  })

  test('tells someone kindly that another tab has answered already', async () => {
    const { ada, answer, attempt, module } = await adaInAnAssessment()
    const form = formFor(module, await attempt(), true)
    await answer(ada, form)
    const late = await answer(ada, form)
    expect((await ada.follow(late)).body).toContain(
      'That question was already answered, perhaps in another tab.',
    )
  })

  test('starts once, even if started repeatedly from several tabs', async () => {
    const { db, ada, course, module } = await adaInAnAssessment()
    await Promise.all(
      Array.from({ length: 6 }, () => ada.post(`/courses/${course.slug}/${module.slug}/assessment`)),
    )
    expect(await db.selectFrom('attempts').select('id').execute()).toHaveLength(1)
  })

  test('accepts one answer per question: the same form from many tabs at once counts once', async () => {
    const { db, ada, attempt, answer, module, address } = await adaInAnAssessment()
    const form = formFor(module, await attempt(), true)
    await Promise.all(Array.from({ length: 8 }, () => answer(ada, form)))
    expect(await db.selectFrom('attempt_answers').select('position').execute()).toHaveLength(1)
    for (let open = await attempt(); !open.result; open = await attempt()) {
      const next = formFor(module, open, true)
      const answers = await Promise.all(Array.from({ length: 3 }, () => answer(ada, next)))
      expect(answers.map(({ headers }) => String(headers.location).split('?')[0])).toEqual([
        address,
        address,
        address,
      ])
      expect((await attempt()).answers).toHaveLength(open.answers.length + 1)
    }
    expect(await db.selectFrom('attempt_results').select('is_passed').execute()).toEqual([
      { is_passed: true },
    ])
  })

  test('a lesson page asks the database once, and an answer twice, in one commit', async () => {
    const { ada, attempt, answer, course, module } = await adaInAnAssessment()
    const page = await statementsOf(() =>
      ada.get(`/courses/${course.slug}/${module.slug}/${module.lessons[0]!.slug}`),
    )
    expect(page.map(kindOf)).toEqual(['select'])
    const form = formFor(module, await attempt(), true)
    const answering = await statementsOf(() => answer(ada, form))
    expect(answering.map(kindOf)).toEqual(['select', 'insert'])
  })

  test('ignores a form of an earlier or later question', async () => {
    const { db, ada, attempt, answer, module } = await adaInAnAssessment()
    const first = formFor(module, await attempt(), true)
    await answer(ada, { ...first, position: '3' })
    expect(await db.selectFrom('attempt_answers').select('position').execute()).toEqual([])
    await answer(ada, first)
    await answer(ada, formFor(module, await attempt(), false))
    const before = await db.selectFrom('attempt_answers').selectAll().execute()
    await answer(ada, { ...first, choice: 'another' })
    expect(await db.selectFrom('attempt_answers').selectAll().execute()).toEqual(before)
  })

  test('an empty form shows an error and keeps the place', async () => {
    const { ada, answer, db } = await adaInAnAssessment()
    const again = await answer(ada, { position: '0', step: '0' })
    expect(again.statusCode).toBe(422)
    expect(again.body).toMatch(/Choose|Give/)
    expect(again.body).toContain('Question 1 of')
    expect(await db.selectFrom('attempt_answers').selectAll().execute()).toEqual([])
  })

  test('a learner can’t see or answer another learner’s attempt', async () => {
    const { as, address, attempt, answer, module, db } = await adaInAnAssessment()
    const ivy = await as('ivy@lakeside.example')
    expect((await ivy.get(address)).statusCode).toBe(404)
    expect((await answer(ivy, formFor(module, await attempt(), true))).statusCode).toBe(404)
    expect(await db.selectFrom('attempt_answers').selectAll().execute()).toEqual([])
  })

  test('after its end, an answer changes nothing', async () => {
    const { db, ada, id, course, module, address, attempt, answer } = await adaInAnAssessment()
    const first = formFor(module, await attempt(), true)
    await takeAssessment(db, ada, id, course, module, true)
    const before = await db.selectFrom('attempt_results').selectAll().execute()
    await answer(ada, first)
    expect(await db.selectFrom('attempt_results').selectAll().execute()).toEqual(before)
    expect((await ada.get(address)).body).toContain('You have passed this module')
  })

  test('shows reasons only after its end, and all the answers only once the module is passed', async () => {
    const { db, ada, id, course, module, address, attempt } = await adaInAnAssessment()
    const drawn = (await attempt()).drawn.map(({ question }) => module.questions.get(question)!)
    const whys = drawn.flatMap((question) =>
      'choices' in question ? question.choices.map(({ why }) => why.text) : [],
    )
    const page = await ada.get(address)
    for (const why of whys) expect(page.body).not.toContain(why)
    expect(page.body).not.toContain('correct')
    await takeAssessment(db, ada, id, course, module, false)
    const result = await ada.get(address)
    expect(result.body).toContain('Your answers, and why')
    expect(result.body).toContain('once you pass this module')
    expect(result.body).not.toContain('A safer choice')
    expect(result.body).not.toContain('This fits better')
    await takeAssessment(db, ada, id, course, module, true)
    expect((await ada.get(address)).body).toContain('A safer choice')
  })

  test('a learner may say how sure they are, and the result points out wrong answers that they were sure of', async () => {
    const { db, ada, attempt, answer, module, id, course, address } = await adaInAnAssessment()
    await answer(ada, { ...formFor(module, await attempt(), false), confidence: 'sure' })
    await answer(ada, { ...formFor(module, await attempt(), true), confidence: 'certain' })
    const kept = await db.selectFrom('attempt_answers').select('confidence').orderBy('answered_at').execute()
    expect(kept).toEqual([{ confidence: 'sure' }, { confidence: null }])
    await takeAssessment(db, ada, id, course, module, false)
    const result = (await ada.get(address)).body
    expect(result).toContain('You were sure of 1 answer that didn’t fit. Start there.')
    expect(result).toContain('You were sure of this one, so take a second look')
  })

  test('its pages don’t depend on the answer key before its end', async () => {
    const { ada, address, module, attempt } = await adaInAnAssessment()
    const before = (await ada.get(address)).body
    const { drawn, answers } = await attempt()
    const question = module.questions.get(drawn[answers.length]!.question)!
    if ('choices' in question) {
      const flipped = {
        ...question,
        choices: question.choices.map((choice) => ({ ...choice, correct: !choice.correct })),
      }
      const questions = module.questions as Map<string, unknown>
      questions.set(question.id, flipped)
      try {
        expect((await ada.get(address)).body).toBe(before)
      } finally {
        questions.set(question.id, question)
      }
    } else expect(before).toContain('Question 1 of')
  })
})

describe('lessons', () => {
  test('a skipped lesson lets the learner continue, but must be read before the questions', async () => {
    const stop = 'content_note_level: stop\ncontent_note_reason: disclosure'
    const { courses } = loadText({
      '01-evening/01-at-six.md': (text) => text.replace('fictional: true', stop),
    }).catalogue
    const { as } = await aWorld({ catalogue: { ...theCourses(), courses } })
    const course = courses.get('evenings')!.current
    const [module] = course.modules as [(typeof course.modules)[number]]
    const at = 0
    const ada = await as('ada@northstar.example')
    await ada.post(`/courses/${course.slug}/enrollment`)
    const path = (slug: string) => `/courses/${course.slug}/${module.slug}/${slug}`
    for (const lesson of module.lessons.slice(0, at)) await readLesson(ada, path(lesson.slug))
    const hard = module.lessons[at]!
    const note = await ada.get(path(hard.slug))
    expect(note.body).toContain('Skip for now')
    expect(note.body).not.toContain(hard.purpose)
    expect((await ada.get(`${path(hard.slug)}?ready=yes`)).body).toContain('lesson-purpose')
    await ada.post(`${path(hard.slug)}/skipped`)
    for (const lesson of module.lessons.slice(at + 1)) await readLesson(ada, path(lesson.slug))
    expect((await ada.get(`/courses/${course.slug}/${module.slug}/assessment`)).body).toContain(
      hard.title.replaceAll('’', '’'),
    )
    expect((await ada.get(`/courses/${course.slug}/continue`)).headers.location).toBe(path(hard.slug))
  })

  test('an exercise shows its reasons and stores no answer', async () => {
    const { db, as, catalogue } = await aWorld()
    const course = catalogue.courses.get('residential-settings')!.current
    const lesson = course.modules[0]!.lessons[0]!
    const [exercise] = [...lesson.exercises.values()]
    const ada = await as('ada@northstar.example')
    await ada.post(`/courses/${course.slug}/enrollment`)
    const url = `/courses/${course.slug}/${course.modules[0]!.slug}/${lesson.slug}/exercises/${exercise!.id}`
    const page = await ada.post(url)
    expect(page.body).toContain('<!doctype html>')
    const part = await ada.post(url, {}, { 'hx-request': 'true' })
    expect(part.body).not.toContain('<!doctype html>')
    expect(await db.selectFrom('attempt_answers').selectAll().execute()).toEqual([])
  })

  test('the time a page was visible and the day of the last activity are stored, never the hour', async () => {
    const { db, as, catalogue, clock } = await aWorld()
    const course = catalogue.courses.get('residential-settings')!.current
    const module = course.modules[0]!
    const ada = await as('ada@northstar.example')
    await ada.post(`/courses/${course.slug}/enrollment`)
    const path = `/courses/${course.slug}/${module.slug}/${module.lessons[0]!.slug}`
    const opened = openedIn((await ada.get(path)).body)
    later(clock, 2)
    expect((await ada.post(`${path}/time`, { opened, seconds: '95' })).statusCode).toBe(204)
    await Promise.all(Array.from({ length: 4 }, () => ada.post(`${path}/finished`, { opened })))
    for (const table of ['lesson_marks', 'lesson_readings'] as const)
      expect(await db.selectFrom(table).select('lesson').execute()).toHaveLength(1)
    expect(await db.selectFrom('lesson_times').select('visible_seconds').execute()).toEqual([
      { visible_seconds: 95 },
    ])
    const person = await db
      .selectFrom('people')
      .select('last_active_on')
      .where('email', '=', 'ada@northstar.example')
      .executeTakeFirstOrThrow()
    expect(person.last_active_on).toBe(dayOf(clock.now))
  })

  test('a link into a course not yet started leads to the course page, and an unknown lesson gives 404', async () => {
    const { as, catalogue } = await aWorld()
    const course = catalogue.courses.get('residential-settings')!.current
    const ada = await as('ada@northstar.example')
    const path = `/courses/${course.slug}/${course.modules[0]!.slug}/${course.modules[0]!.lessons[0]!.slug}`
    for (const url of [path, `/courses/${course.slug}/${course.modules[0]!.slug}/assessment`]) {
      const answer = await ada.get(url)
      expect([answer.statusCode, answer.headers.location]).toEqual([303, `/courses/${course.slug}`])
    }
    for (const url of ['/courses/nothing', '/courses/nothing/a/b', `/courses/${course.slug}/nothing/at-all`])
      expect((await ada.get(url)).statusCode).toBe(404)
  })
})
