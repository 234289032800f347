import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { Question, ScenarioExercise } from '#server/courses/catalogue/question-types.ts'
import { walk } from '#server/courses/catalogue/scenarios.ts'
import { caseDays, chooseCase } from '#server/learning/after-care/case-choice.ts'
import { aWorld, type Client, theCourses, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { handlersOf } from '#test/support/jobs.ts'
import { listTold } from '#test/support/notices.ts'
import { fieldsOf, stepFieldsOf } from '#test/support/taking.ts'

const course = theCourses().courses.get('residential-settings')!.current
const [firstModule] = course.modules
const pool = [...firstModule!.questions.values()]
const email = 'ada@northstar.example'

const met = (questions: readonly Question[], sureMiss: Question) => ({
  module: firstModule!.slug,
  drawn: questions.map(({ id }) => ({ question: id, seed: id })),
  answers: questions.map((question, position) => ({
    ...{ position, step: 0, answer: {}, is_last_step: true, credit: null },
    is_correct: question !== sureMiss,
    confidence: 'sure' as const,
  })),
})

test('a case is a question the person has not met, about what they were sure of and had wrong', () => {
  const miss = pool.find((one) => pool.some((other) => other !== one && sharesFact(one, other)))!
  const chosen = chooseCase(course, [met([miss], miss)], [], () => 0.5)!
  expect(chosen.question).not.toBe(miss.id)
  const question = course.modules.find(({ slug }) => slug === chosen.module)!.questions.get(chosen.question)!
  expect(sharesFact(miss, question)).toBe(true)
  const second = chooseCase(course, [met([miss], miss)], [chosen], () => 0.5)!
  expect(second).not.toEqual(chosen)
})

test('without a sure miss, a case is a scenario; when everything was met, there is none', () => {
  const chosen = chooseCase(course, [], [], () => 0.5)!
  const questions = course.modules.flatMap(({ slug, questions }) =>
    [...questions.values()].map((one) => ({ module: slug, question: one.id, type: one.type })),
  )
  expect(questions.find(({ question }) => question === chosen.question)!.type).toBe('scenario')
  expect(chooseCase(course, [], questions, () => 0.5)).toBeNull()
})

const sharesFact = (one: Question, other: Question) => one.facts.some((key) => other.facts.includes(key))

const finishedAt = new Date('2027-03-01T18:00:00Z')
let world: World
let ada: Client

/** The choice that fits at the step to which these choices lead. */
function bestOf(scenario: ScenarioExercise, path: readonly string[]): string {
  const { at } = walk(scenario, path)
  if (at.kind !== 'step') throw new Error('The scenario is at its end.')
  return at.step.choices.find(({ best }) => best)!.id
}

/** Ada finished the course on March 1, sure of one answer that was wrong. */
beforeAll(async () => {
  world = await aWorld({ now: finishedAt })
  const person_id = await personId(world.db, email)
  const text = { person_id, course: course.slug, version: course.version, content_hash: course.hash }
  const { id: enrollment_id } = await world.db
    .insertInto('enrollments')
    .values({ ...text, ended_at: world.clock.now })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { drawn, answers, module } = met(pool.slice(0, 10), pool[0]!)
  const { id: attempt_id } = await world.db
    .insertInto('attempts')
    .values({ enrollment_id, module, drawn: JSON.stringify(drawn), pass_mark: 80 })
    .returning('id')
    .executeTakeFirstOrThrow()
  await world.db
    .insertInto('attempt_answers')
    .values(answers.map((one) => ({ ...one, answer: '{}', attempt_id })))
    .execute()
  const done = { completed_at: world.clock.now, completed_on: '2027-03-01', modules: '[]', minutes: 200 }
  await world.db
    .insertInto('completions')
    .values({ ...text, enrollment_id, ...done })
    .execute()
})

beforeEach(async () => {
  world.clock.now = finishedAt
  await world.db.deleteFrom('after_care_consents').execute()
  await world.db.deleteFrom('after_care_cases').execute()
  await world.db.deleteFrom('notice_emails').execute()
  await world.db.deleteFrom('notices').execute()
  ada = await world.as(email)
})

/** Runs the job on a day after the course. */
async function sendOn(days: number): Promise<void> {
  world.clock.now = new Date(Date.UTC(2027, 2, 1 + days, 16))
  await (await handlersOf(world))['send-after-care']({})
}

const sent = async () => (await listTold(world.db, 'after-care')).length

test('no one gets a case without asking for it', async () => {
  for (const days of caseDays) await sendOn(days)
  expect(await sent()).toBe(0)
})

test('who asked gets one case after 3, 10, 30 and 90 days, each a new question, and none twice', async () => {
  await ada.post('/after-care', { wanted: 'yes' })
  await sendOn(2)
  expect(await sent()).toBe(0)
  for (const days of [3, 3, 4, 10, 30, 90, 91]) await sendOn(days)
  const cases = await world.db.selectFrom('after_care_cases').select(['module', 'question', 'days']).execute()
  expect(cases.map(({ days }) => days).sort((a, b) => a - b)).toEqual([...caseDays])
  expect(new Set(cases.map(({ module, question }) => `${module}/${question}`)).size).toBe(4)
  for (const { question } of cases) expect(pool.slice(0, 10).map(({ id }) => id)).not.toContain(question)
  expect(await sent()).toBe(4)
})

test('what came due before someone asked, or more than a week ago, is not sent later', async () => {
  world.clock.now = new Date('2027-03-08T18:00:00Z')
  await ada.post('/after-care', { wanted: 'yes' })
  await sendOn(8)
  expect(await sent()).toBe(0)
  await sendOn(18)
  expect(await sent()).toBe(0)
})

test('the page shows the case, and why after the answer; what was answered is not kept', async () => {
  await ada.post('/after-care', { wanted: 'yes' })
  await sendOn(3)
  const row = await world.db.selectFrom('after_care_cases').selectAll().executeTakeFirstOrThrow()
  const href = `/after-care/${row.id}`
  expect((await ada.get('/notices')).body).toContain('A short case, if you like')
  const question = course.modules.find(({ slug }) => slug === row.module)!.questions.get(row.question)!
  const page = (await ada.get(href)).body
  expect(page).toContain('Not graded.')
  expect(page).not.toContain('Why it matters')
  let body = page
  const taken: string[] = []
  while (!body.includes('exercise-feedback-title')) {
    const path = [...body.matchAll(/name="path" value="([^"]+)"/g)].map(([, value]) => value!)
    const fields =
      question.type === 'scenario'
        ? { ...stepFieldsOf(question, taken, href, true), path }
        : fieldsOf(question, href, true)
    if (question.type === 'scenario') taken.push(bestOf(question, taken))
    body = (await ada.post(href, fields)).body
  }
  expect(body).toContain('exercise-feedback-title')
  const after = await world.db.selectFrom('after_care_cases').selectAll().executeTakeFirstOrThrow()
  expect(after).toEqual({ ...row, answered_at: world.clock.now })
})

test('no one else sees that someone gets cases: not supervisors, not in lists of messages that email did not carry', async () => {
  await ada.post('/after-care', { wanted: 'yes' })
  await sendOn(3)
  const { id } = await world.db.selectFrom('after_care_cases').select('id').executeTakeFirstOrThrow()
  const notice = await world.db
    .selectFrom('notices')
    .select('id')
    .where('kind', '=', 'after-care')
    .executeTakeFirstOrThrow()
  await world.db.updateTable('notice_emails').set({ state: 'not-set-up' }).execute()
  const person = await personId(world.db, email)
  for (const other of ['sam@northstar.example', 'rae@northstar.example', 'kit@system.example']) {
    const client = await world.as(other)
    expect((await client.get(`/after-care/${id}`)).statusCode).toBe(404)
    expect((await client.get('/notices/undelivered')).body).not.toContain('A short case')
    expect((await client.get(`/notices/${notice.id}/print`)).statusCode).toBe(404)
    expect((await client.get(`/team/${person}`)).body).not.toContain('short case')
  }
  const own = (await ada.get('/account/data.json')).json() as Record<string, unknown>
  expect(own.after_care_cases).toHaveLength(1)
})

test('turning it off deletes the cases and ends their messages', async () => {
  await ada.post('/after-care', { wanted: 'yes' })
  await sendOn(3)
  expect((await ada.get('/after-care')).body).toContain('3 days after')
  await ada.post('/after-care', { wanted: 'no' })
  expect(await world.db.selectFrom('after_care_cases').select('id').execute()).toEqual([])
  const open = world.db
    .selectFrom('notices')
    .select('id')
    .where('kind', '=', 'after-care')
    .where('moot_at', 'is', null)
  expect(await open.execute()).toEqual([])
  await sendOn(10)
  expect(await sent()).toBe(1)
})
