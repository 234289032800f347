import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadCourses } from '#server/courses/authoring/load.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { questionKey } from '#server/courses/catalogue/question-key.ts'
import type { Question, ScenarioExercise } from '#server/courses/catalogue/question-types.ts'
import { bestPath } from '#server/courses/catalogue/scenarios.ts'
import { chosenIn, takenWords } from '#server/courses/review/choices-taken.ts'
import { paragraphsOf, withParagraphs } from '#server/courses/review/comments/paragraphs.ts'
import { listMeetings } from '#server/courses/review/statistics.queries.ts'
import { type Meeting, remark, statisticsOf } from '#server/courses/review/statistics.ts'
import { compareTexts, diffLines } from '#server/courses/review/text-diff.ts'
import { keyOf } from '#server/learning/questions/marking.ts'
import { readable } from '#test/oversight/reviewed.ts'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { readModule, takeAssessment } from '#test/support/taking.ts'
import { door, fixtureDir, pool, publish } from './fixture.ts'

let dir = ''
let catalogue: Catalogue
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'courses-'))
  cpSync(fixtureDir, dir, { recursive: true })
  const edit = (path: string, change: (text: string) => string) =>
    writeFileSync(join(dir, path), change(readFileSync(join(dir, path), 'utf8')))
  publish(dir, 'welcome', '1.0.0', '--change', 'meaning', '--summary', 'More of it.')
  edit('welcome/course.yml', (text) => text.replace('1.0.0', '1.1.0'))
  edit(door, (text) => text.replace('Tea first', 'Soup first'))
  edit(pool, (text) => text.replace('It is warm.', 'It warms.'))
  publish(dir, 'welcome', '1.1.0', '--change', 'meaning', '--summary', 'Soup comes first.')
  catalogue = loadCourses(dir).catalogue
})
afterAll(() => rmSync(dir, { recursive: true }))

const noor = 'noor@review.example'
const version = (number: string) => catalogue.courses.get('welcome')!.versions.get(number)!

describe('reading a version', () => {
  test('a reviewer reads any version of a lesson with answers and explanations under each exercise', async () => {
    const { as } = await aWorld({ catalogue })
    const reviewer = await as(noor)
    const list = await reviewer.get('/review/courses')
    for (const number of ['0.9.0', '1.0.0', '1.1.0']) expect(list.body).toContain(`Version ${number}`)
    const old = await reviewer.get('/review/courses/welcome/1.0.0/lessons/first-day/at-the-door')
    const now = await reviewer.get('/review/courses/welcome/1.1.0/lessons/first-day/at-the-door')
    expect(old.body).toContain('Tea first')
    expect(now.body).toContain('Soup first')
    const practice = await reviewer.get('/review/courses/welcome/1.1.0/lessons/first-day/practice')
    expect(practice.body).toContain('Answers and explanations')
    expect(practice.body).toContain('Incorrect:')
    const questions = await reviewer.get('/review/courses/welcome/1.1.0/questions/first-day')
    for (const question of version('1.1.0').modules[0]!.questions.keys())
      expect(questions.body).toContain(`id="question-${question}"`)
    expect(questions.body).toContain('Fewer than ten people have answered this question')
  })

  test('a module that asks nothing has no page of questions, and no link to one', async () => {
    const { as } = await aWorld()
    const reviewer = await as(noor)
    const refresher = '/review/courses/residential-refresher/1.0.0'
    const version = await reviewer.get(refresher)
    expect(version.body).toContain(`${refresher}/questions/what-you-know`)
    expect(version.body).not.toContain(`${refresher}/questions/short-refreshers`)
    expect((await reviewer.get(`${refresher}/questions/short-refreshers`)).statusCode).toBe(404)
    const lesson = await reviewer.get(`${refresher}/lessons/short-refreshers/two-laws-one-question`)
    expect(lesson.statusCode).toBe(200)
    expect(lesson.body).not.toContain(`${refresher}/questions/`)
  })

  test('a reviewer sees each number that has to be confirmed, and why', async () => {
    const { as } = await aWorld()
    const { body } = await (await as(noor)).get('/review/courses')
    const list = body.slice(body.indexOf('id="to-confirm"'))
    for (const line of ['The Trevor Project', 'StrongHearts', 'National Human Trafficking Hotline'])
      expect(list).toContain(line)
    expect(list).toContain('260E.20')
  })

  test('no one else can read the answers there', async () => {
    const { as } = await aWorld({ catalogue })
    for (const email of ['ada@northstar.example', 'sam@northstar.example', 'lee@licensing.example']) {
      const other = await as(email)
      expect((await other.get('/review/courses/welcome/1.1.0/questions/first-day')).statusCode).toBe(404)
    }
  })

  test('a comment stays with its paragraph in every version with the same text, and is listed separately if the text changed', async () => {
    const { db, as } = await aWorld({ catalogue })
    const [reviewer, second] = [await as(noor), await as('ines@review.example')]
    const lesson = version('1.0.0').modules[0]!.lessons[0]!
    const tea = paragraphsOf(lesson.html).find(({ text }) => text.includes('Tea first'))!
    const same = paragraphsOf(lesson.html).find(({ text }) =>
      paragraphsOf(version('1.1.0').modules[0]!.lessons[0]!.html).some((one) => one.text === text),
    )!
    const path = '/review/courses/welcome/1.0.0/lessons/first-day/at-the-door'
    expect((await reviewer.get(`${path}?paragraph=${tea.anchor}`)).body).toContain(
      'Comment on this paragraph',
    )
    expect((await reviewer.post(`${path}/comments`, { paragraph: tea.anchor, body: ' ' })).statusCode).toBe(
      422,
    )
    await reviewer.post(`${path}/comments`, { paragraph: tea.anchor, body: 'Ask <b>first</b>.' })
    await reviewer.post(`${path}/comments`, { paragraph: same.anchor, body: 'Keep this.' })
    const here = await second.get(path)
    for (const { anchor } of paragraphsOf(lesson.html))
      expect(here.body).toContain(`?paragraph=${anchor}#comment`)
    expect(here.body).toContain('Ask &lt;b&gt;first&lt;/b&gt;.')
    const later = await second.get('/review/courses/welcome/1.1.0/lessons/first-day/at-the-door')
    const [text, changed] = later.body.split('Comments on text that has changed since')
    expect(text).toContain('Keep this.')
    expect(changed).toContain('Ask &lt;b&gt;first&lt;/b&gt;.')
    await expect(db.updateTable('course_comments').set({ body: 'x' }).execute()).rejects.toThrow()
    expect((await second.get('/review/courses/welcome/1.1.0')).body).toContain('2 open comments')
  })

  test('a comment is assigned, resolved with a reason, and open again after a reply; each page counts it', async () => {
    const { db, as, clock } = await aWorld({ catalogue })
    const [reviewer, second] = [await as(noor), await as('ines@review.example')]
    const path = '/review/courses/welcome/1.1.0/lessons/first-day/at-the-door'
    const [paragraph] = paragraphsOf(version('1.1.0').modules[0]!.lessons[0]!.html)
    await reviewer.post(`${path}/comments`, { paragraph: paragraph!.anchor, body: 'Ask first.' })
    const [comment] = await db.selectFrom('course_comments').select('id').execute()
    const thread = `/review/comments/${comment!.id}`
    const waiting = async (client: typeof reviewer) => readable((await client.get('/review/courses')).body)
    expect(await waiting(second)).toContain('1 comment without a reply')
    // Only a reviewer can be assigned.
    const ines = await personId(db, 'ines@review.example')
    const ada = await personId(db, 'ada@northstar.example')
    for (const assigned_to of [ada, 'x'])
      expect((await reviewer.post(`${thread}/assignment`, { assigned_to })).statusCode).toBe(422)
    expect(readable((await reviewer.get(thread)).body)).toContain(
      'Written by Pat Example. Only content reviewers can be assigned.',
    )
    await reviewer.post(`${thread}/assignment`, { assigned_to: ines })
    expect(await waiting(second)).toContain('1 comment assigned to you')
    expect(await waiting(second)).toContain('Review courses (1)')
    expect(await waiting(second)).not.toContain('without a reply')
    expect(readable((await second.get('/notices')).body)).toContain('assigned you a comment on “At the door”')
    expect((await second.get('/review/courses/welcome/1.1.0')).body).toContain(
      '1 open comment, 1 assigned to you',
    )
    expect((await second.get('/review/comments?show=mine')).body).toContain(thread)
    expect((await reviewer.get('/review/comments?show=mine')).body).not.toContain(thread)
    // An approval isn't recorded unaware of it.
    const approving = readable((await second.get('/review/courses/welcome/1.1.0')).body)
    expect(approving).toContain(
      '1 comment on this course is still open Read it before you record the approval.',
    )

    expect((await second.post(`${thread}/resolution`, { reason: ' ' })).statusCode).toBe(422)
    clock.now = new Date(clock.now.getTime() + 60_000)
    await second.post(`${thread}/resolution`, { reason: 'Version 1.2.0 asks first.' })
    // A second resolution at once changes nothing.
    await second.post(`${thread}/resolution`, { reason: 'Twice.' })
    expect(await db.selectFrom('course_comment_steps').select('act').orderBy('id').execute()).toEqual([
      { act: 'assigned' },
      { act: 'resolved' },
    ])
    expect((await reviewer.post(`${thread}/assignment`, { assigned_to: ines })).statusCode).toBe(422)
    expect(await waiting(second)).not.toContain('assigned to you')
    expect((await second.get('/review/courses/welcome/1.1.0')).body).not.toContain('still open')
    expect((await second.get(thread)).body).toContain('No other comment waits for you.')
    expect((await second.get('/review/comments')).body).not.toContain(thread)
    const settled = readable((await second.get(thread)).body)
    expect(settled).toMatch(/Ines .* resolved it: Version 1\.2\.0 asks first\./)

    clock.now = new Date(clock.now.getTime() + 60_000)
    await reviewer.post(`${thread}/replies`, { body: 'Not yet.' })
    expect((await second.get(thread)).body).toContain('Mark as resolved')
    await second.post(`${thread}/resolution`, { reason: 'Now it does.' })
    await reviewer.post(`${thread}/reopening`, { reason: 'It asks second.' })
    expect((await second.get('/review/comments?show=open&course=welcome')).body).toContain(thread)
    await expect(db.deleteFrom('course_comment_steps').execute()).rejects.toThrow('append-only')
    const lee = await as('lee@licensing.example')
    expect((await lee.get(thread)).statusCode).toBe(404)
  })

  test('a version’s page says which reviewer read what and when, what has changed since, and what no one has read', async () => {
    const { db, as } = await aWorld({ catalogue, now: new Date('2026-11-20T15:00:00Z') })
    const [reviewer, second] = [await as(noor), await as('ines@review.example')]
    const old = '/review/courses/welcome/1.0.0/lessons/first-day'
    const now = '/review/courses/welcome/1.1.0'
    const page = async () => readable((await second.get(now)).body)
    const { modules } = version('1.1.0')
    const parts = modules.reduce((sum, one) => sum + one.lessons.length + Math.min(1, one.questions.size), 0)
    expect(await page()).toContain(
      `${parts} of ${parts} lessons and pages of questions in this text have not been read`,
    )
    const next = await reviewer.post(`${old}/at-the-door/reading`)
    expect(next.headers.location).toBe(`${old}/practice`)
    await reviewer.post(`${old}/practice/reading`)
    await reviewer.post(`${old}/practice/reading`)
    // The door has changed in 1.1.0 and the practice hasn't.
    expect(await page()).toMatch(
      /At the door .*?No reviewer has read this text\. It has changed since Noor .*? read it on November 20, 2026\./,
    )
    expect(await page()).toMatch(/Practice .*?Read by Noor .*? on November 20, 2026\./)
    expect(await page()).toMatch(new RegExp(`Noor [^ ]+ 1 of ${parts} 1 November 20, 2026`))
    expect(await page()).toMatch(new RegExp(`Ines [^ ]+ 0 of ${parts} 0 Not yet`))
    expect(await page()).toContain(`${parts - 1} of ${parts} lessons and pages of questions`)
    for (const { module, lesson } of modules.flatMap((module) =>
      module.lessons.map((lesson) => ({ module, lesson })),
    ))
      await second.post(`${now}/lessons/${module.slug}/${lesson.slug}/reading`)
    for (const { slug, questions } of modules)
      if (questions.size > 0) await second.post(`${now}/questions/${slug}/reading`)
    expect(await page()).toContain('At least one reviewer has read every lesson and question in this text.')
    const learner = await as('ada@northstar.example')
    expect((await learner.post(`${old}/practice/reading`)).statusCode).toBe(404)
    await expect(db.deleteFrom('course_review_readings').execute()).rejects.toThrow('append-only')
  })
})

describe('comparing two versions', () => {
  test('shows the lessons and questions that differ, with the words that do, and nothing else', async () => {
    const parts = compareTexts(version('1.0.0'), version('1.1.0'))
    expect(parts.map(({ change }) => change)).toEqual(['changed', 'changed'])
    expect(parts[0]!.title).toBe('At the door')
    expect(parts[1]!.title).toMatch(/^Question /)
    const { as } = await aWorld({ catalogue })
    const page = await (await as(noor)).get('/review/courses/welcome/1.1.0/compared-with/1.0.0')
    expect(page.body).toContain('<del>Tea</del>')
    expect(page.body).toContain('<ins>Soup</ins>')
  })

  test('also shows changes in the descriptions of the course and its modules', () => {
    const after = version('1.1.0')
    const before = {
      ...after,
      audience: 'Cooks',
      modules: after.modules.map((module) => ({ ...module, passMark: 51, objectives: ['stir the soup'] })),
    }
    expect(compareTexts(after, after)).toEqual([])
    const [course, module, ...others] = compareTexts(before, after)
    expect([course!.title, module!.title, others]).toEqual(['The course', 'The module', []])
    const said = (part: typeof course) =>
      part!.rows.map(({ before }) => before?.map(({ text }) => text).join('')).join('\n')
    expect(said(course)).toContain('Cooks')
    expect(said(module)).toContain('stir the soup')
    expect(said(module)).toContain('51')
  })

  test('puts matching lines side by side and leaves a gap if one has no match', () => {
    const rows = diffLines(['one', 'two old', 'three'], ['one', 'two new', 'three', 'four'])
    expect(rows).toHaveLength(2)
    expect(rows[0]!.before!.map(({ text }) => text).join('')).toBe('two old')
    expect(rows[0]!.after!.find(({ kind }) => kind === 'added')!.text).toBe('new')
    expect(rows[1]).toEqual({ before: null, after: [{ text: 'four', kind: 'added' }] })
  })

  test('distinguishes new lessons from changed ones', () => {
    const parts = compareTexts(version('0.9.0'), version('1.0.0'))
    expect(parts.find(({ title }) => title === 'At the door')!.change).toBe('changed')
    expect(parts.some(({ change }) => change === 'added')).toBe(true)
  })
})

describe('paragraphs', () => {
  test('are identified by their text, regardless of context', () => {
    const [one] = paragraphsOf('<p>Tea <em>first</em>.</p>')
    expect(paragraphsOf('<div><ul><li>Tea\n first.</li></ul></div>')).toEqual([one])
  })

  test('do not include drawings or exercise forms', () => {
    const html =
      '<figure><svg viewBox="0 0 9 9"><text>Door</text></svg><figcaption>The way in</figcaption></figure>'
    expect(paragraphsOf(html).map(({ text }) => text)).toEqual(['The way in'])
    expect(withParagraphs(html, () => ' <a href="#">Comment</a>')).toContain('viewBox="0 0 9 9"')
  })
})

describe('question statistics', () => {
  const meeting = (isRight: boolean, restShare: number, chosen = isRight ? 'a' : 'b'): Meeting => ({
    question: 'q',
    isRight,
    restShare,
    isSureMiss: false,
    chosen: [chosen],
  })

  test('are never shown below ten people', () => {
    expect(statisticsOf(Array.from({ length: 9 }, () => meeting(true, 1)))).toEqual({
      kind: 'too-few',
      people: 9,
    })
  })

  test('give the share correct, the correlation with the rest of the attempt and the chosen answers', () => {
    const known = statisticsOf([
      ...Array.from({ length: 6 }, () => meeting(true, 1)),
      ...Array.from({ length: 6 }, () => meeting(false, 0.5)),
    ])
    expect(known).toMatchObject({ kind: 'known', people: 12, difficulty: 0.5 })
    expect(known.kind === 'known' && known.discrimination).toBeCloseTo(1)
    expect(known.kind === 'known' && [...known.taken]).toEqual([
      ['a', 6],
      ['b', 6],
    ])
  })

  test('flag a question that better learners get wrong', () => {
    const odd = statisticsOf([
      ...Array.from({ length: 6 }, () => meeting(true, 0.4)),
      ...Array.from({ length: 6 }, () => meeting(false, 0.9)),
    ])
    expect(remark(odd)).toContain('Check the answer and the wording')
  })

  test('flag a question that many get wrong while sure', () => {
    const sure = Array.from({ length: 12 }, (_, at) => ({ ...meeting(at > 2, 1), isSureMiss: at <= 2 }))
    expect(statisticsOf(sure)).toMatchObject({ sureMisses: 0.25 })
    expect(remark(statisticsOf(sure))).toContain('are sure but incorrect')
    // Nine people would be too few to show it of any.
    expect(remark(statisticsOf(sure.slice(0, 9)))).toBeNull()
  })

  test('have no discrimination if everyone answers the same', () => {
    const alike = statisticsOf(Array.from({ length: 12 }, (_, at) => meeting(true, at / 12)))
    expect(alike).toMatchObject({ discrimination: null, difficulty: 1 })
  })

  test('show the chosen answers for each question type, but not for a scenario step that fewer than ten people reached', () => {
    const questions = [...version('1.1.0').modules[0]!.questions.values()]
    const answersOf = (question: Question): readonly unknown[] => {
      const answer = keyOf(question)
      return 'path' in answer ? answer.path.map((choice) => ({ choice })) : [answer]
    }
    for (const question of questions) {
      const meetings = Array.from(
        { length: 10 },
        (): Meeting => ({
          question: question.id,
          isRight: true,
          restShare: 1,
          isSureMiss: false,
          chosen: chosenIn(question, answersOf(question)),
        }),
      )
      const words = (people: number) =>
        questionKey(question).flatMap(({ lines }) =>
          lines.map(({ id, fits }) => [
            fits,
            takenWords(question, statisticsOf(meetings.slice(0, people)), id),
          ]),
        )
      expect(new Set(words(9).map(([, said]) => said))).toEqual(new Set(['']))
      const fitting = words(10).filter(([fits, said]) => fits && said !== '')
      expect(fitting.length).toBeGreaterThan(0)
      for (const [, said] of fitting) expect(said).toMatch(/^100%/)
      for (const [fits, said] of words(10)) if (!fits) expect(said).toMatch(/^(0%|$)/)
    }
    const scenario = questions.find(({ type }) => type === 'scenario') as ScenarioExercise
    const start = scenario.steps.get(scenario.start)!
    const early = start.choices.find(({ best }) => !best)!
    const one = (path: readonly string[]): Meeting => ({
      question: scenario.id,
      isRight: false,
      restShare: 1,
      isSureMiss: false,
      chosen: chosenIn(
        scenario,
        path.map((choice) => ({ choice })),
      ),
    })
    const statistics = statisticsOf([
      ...Array.from({ length: 9 }, () => one(bestPath(scenario))),
      one([early.id]),
    ])
    expect(takenWords(scenario, statistics, `${start.id}/${early.id}`)).toBe(
      '10% of 10 who reached this step chose this',
    )
    const second = scenario.steps.get(start.choices.find(({ best }) => best)!.next)!
    expect(takenWords(scenario, statistics, `${second.id}/${second.choices[0]!.id}`)).toBe('')
  })

  test('count each person once, by their first answer to the question', async () => {
    const { db, as, clock } = await aWorld({ catalogue })
    const text = version('1.1.0')
    const [module] = text.modules
    for (const email of ['ada@northstar.example', 'mai@northstar.example']) {
      const client = await as(email)
      const id = await personId(db, email)
      await client.post('/courses/welcome/enrollment')
      await readModule(client, text, module!)
      await takeAssessment(db, client, id, text, module!, email.startsWith('ada'))
      if (!email.startsWith('ada')) {
        clock.now = new Date(clock.now.getTime() + 60_000)
        await takeAssessment(db, client, id, text, module!, true)
        await takeAssessment(db, client, id, text, module!, true)
      }
    }
    const rows = await listMeetings(db, { course: 'welcome', hash: text.hash }, 'first-day')
    expect(
      Math.max(...[...Map.groupBy(rows, ({ question }) => question).values()].map(({ length }) => length)),
    ).toBeLessThanOrEqual(2)
    expect(rows.filter(({ is_right }) => !is_right)).toHaveLength(module!.draw)
    expect(await listMeetings(db, { course: 'welcome', hash: version('1.0.0').hash }, 'first-day')).toEqual(
      [],
    )
  })
})

test('a drawn world’s statistics are those of each person’s first answer, and questions that nine people met show none', async () => {
  const { db, as, clock } = await aWorld({ catalogue })
  const text = version('1.1.0')
  const [module] = text.modules
  const questions = [...module!.questions.keys()]
  let seed = 20261130
  const draw = () => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31
    return seed / 2 ** 31
  }
  // By question and person: whether the first answer was correct, and whether it was sure but incorrect.
  const first = new Map<string, Map<number, Readonly<{ isRight: boolean; isSureMiss: boolean }>>>()
  for (let person = 0; person < 14; person++) {
    const { id: person_id } = await db
      .insertInto('people')
      .values({ name: `Learner ${person}`, email: `learner${person}@drawn.example` })
      .returning('id')
      .executeTakeFirstOrThrow()
    const { id: enrollment_id } = await db
      .insertInto('enrollments')
      .values({ person_id, course: 'welcome', version: text.version, content_hash: text.hash })
      .returning('id')
      .executeTakeFirstOrThrow()
    for (let attempt = 0; attempt < 1 + Math.floor(draw() * 3); attempt++) {
      // Nine people meet the first question.
      const met = questions.filter((_, at) => (at === 0 ? person < 9 : draw() < 0.95))
      const answers = met.map((question) => {
        const isRight = draw() < 0.6
        const confidence = draw() < 0.5 ? ('sure' as const) : null
        const own = first.get(question) ?? new Map()
        if (!own.has(person)) own.set(person, { isRight, isSureMiss: !isRight && confidence === 'sure' })
        first.set(question, own)
        return { isRight, confidence }
      })
      const at = new Date(clock.now.getTime() + attempt * 60_000)
      const { id: attempt_id } = await db
        .insertInto('attempts')
        .values({
          ...{ enrollment_id, module: module!.slug, pass_mark: 80, started_at: at },
          drawn: JSON.stringify(met.map((question) => ({ question, seed: 1 }))),
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      await db
        .insertInto('attempt_answers')
        .values(
          answers.map(({ isRight, confidence }, position) => ({
            ...{ attempt_id, position, confidence, is_correct: isRight, is_last_step: true },
            answer: '{}',
          })),
        )
        .execute()
      const correct = answers.filter(({ isRight }) => isRight).length
      await db
        .insertInto('attempt_results')
        .values({ attempt_id, correct, total: met.length, is_passed: false, finished_at: at })
        .execute()
    }
  }
  const page = (await (await as(noor)).get('/review/courses/welcome/1.1.0/questions/first-day')).body
  const percent = (share: number) => `${Math.round(share * 100)}%`
  for (const question of questions) {
    const shown = readable(page.split(`<h2 id="question-${question}">`)[1]!.split('<h2')[0]!)
    const met = [...first.get(question)!.values()]
    if (met.length < 10) {
      expect(shown).toContain('Fewer than ten people')
      continue
    }
    const right = percent(met.filter(({ isRight }) => isRight).length / met.length)
    const sure = percent(met.filter(({ isSureMiss }) => isSureMiss).length / met.length)
    expect(shown).toContain(
      `People ${met.length} Correct at first attempt ${right} Sure but incorrect ${sure}`,
    )
  }
  expect(page.match(/Fewer than ten people/g)).toHaveLength(1)
})

test('reviewers see which outside reviews are owed, each with places to look at first', async () => {
  const { as, catalogue } = await aWorld()
  const page = (await (await as('noor@review.example')).get('/review/courses')).body
  expect(catalogue.owedReviews.length).toBeGreaterThanOrEqual(5)
  for (const { who } of catalogue.owedReviews) expect(page).toContain(`<h3>${who}</h3>`)
  const { version } = catalogue.courses.get('child-protection')!.current
  expect(page).toContain(
    `/review/courses/child-protection/${version}/lessons/nations-labor-sustaining/tribal-nations`,
  )
})
