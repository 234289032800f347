import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadCourses } from '#server/courses/authoring/load.ts'
import type { Catalogue, Course } from '#server/courses/catalogue/catalogue.ts'
import { fixtureDir, publish } from '#test/courses/fixture.ts'
import { aWorld, type Client } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { finishAttempt, readModule, takeAssessment } from '#test/support/taking.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'courses-'))
  cpSync(fixtureDir, dir, { recursive: true })
  // A second module that differs only in its question ids.
  cpSync(join(dir, 'welcome/01-first-day'), join(dir, 'welcome/02-second-day'), { recursive: true })
  edit('02-second-day/questions.yml', (text) => text.replaceAll(/^- id: /gm, '- id: second-'))
  publish(dir, 'welcome', '1.0.0', '--change', 'meaning', '--summary', 'A second day.')
})
afterEach(() => rmSync(dir, { recursive: true }))

function edit(path: string, change: (text: string) => string) {
  const file = join(dir, 'welcome', path)
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}
const newVersion = (version: string) =>
  edit('course.yml', (text) => text.replace(/version: .*/, `version: ${version}`))

function publishNext(change: () => void) {
  newVersion('1.1.0')
  change()
  publish(dir, 'welcome', '1.1.0', '--change', 'clarification', '--summary', 'Soup comes first now.')
}

const ada = 'ada@northstar.example'

/** A service whose courses can be reloaded while it runs, as at startup. */
async function aHouse() {
  const courses = new Map<string, Course>()
  const load = () => courses.set('welcome', loadCourses(dir).catalogue.courses.get('welcome')!)
  load()
  const catalogue: Catalogue = { ...loadCourses(dir).catalogue, courses }
  const world = await aWorld({ catalogue })
  const client = await world.as(ada)
  const id = await personId(world.db, ada)
  await client.post('/courses/welcome/enrollment')
  return { ...world, load, client, id, course: () => courses.get('welcome')! }
}

const lessonOf = (client: Client, address: string) => client.get(`/courses/welcome/${address}`)

describe('a learner under way when a newer version is published', () => {
  test('stays on their version and can finish it', async () => {
    const { db, client, id, load, course } = await aHouse()
    const began = course().current
    await readModule(client, began, began.modules[0]!)
    publishNext(() =>
      edit('01-first-day/01-at-the-door.md', (text) => text.replace('Tea first', 'Soup first')),
    )
    load()
    expect((await lessonOf(client, 'first-day/at-the-door')).body).toContain('Tea first')
    const page = await client.get('/courses/welcome')
    expect(page.body).toContain('Version 1.1.0 of this course is out')
    expect(page.body).toContain('What’s new: Soup comes first now.')
    await takeAssessment(db, client, id, began, began.modules[0]!)
    await readModule(client, began, began.modules[1]!)
    await takeAssessment(db, client, id, began, began.modules[1]!)
    const completion = await db
      .selectFrom('completions')
      .select(['version', 'content_hash'])
      .where('person_id', '=', id)
      .executeTakeFirstOrThrow()
    expect(completion).toEqual({ version: '1.0.0', content_hash: began.hash })
  })

  test('may move, and keeps unchanged lessons and passed modules', async () => {
    const { db, client, id, load, course, clock } = await aHouse()
    const began = course().current
    const [first, second] = began.modules
    await readModule(client, began, first!)
    await takeAssessment(db, client, id, began, first!)
    await readModule(client, began, second!)
    await takeAssessment(db, client, id, began, second!, false)
    publishNext(() =>
      edit('02-second-day/01-at-the-door.md', (text) => text.replace('Tea first', 'Soup first')),
    )
    load()
    const offer = await client.get('/courses/welcome')
    expect(offer.body).toMatch(
      /You keep 3 lessons and 1 passed module, because nothing changed there\. You’ll need to redo 1 lesson\./,
    )
    const before = await db
      .selectFrom('enrollments')
      .selectAll()
      .where('person_id', '=', id)
      .executeTakeFirstOrThrow()
    clock.now = new Date(clock.now.getTime() + 60_000)
    const moved = await client.post('/courses/welcome/version')
    const after = await client.follow(moved)
    expect(after.body).not.toContain('is out')
    expect((await client.get('/courses/welcome/continue')).headers.location).toBe(
      '/courses/welcome/second-day/at-the-door',
    )
    expect((await lessonOf(client, 'second-day/at-the-door?ready=yes')).body).toContain('Soup first')
    // The old enrollment ends and keeps all its rows. The new one records where its rows come from.
    const enrollments = await db
      .selectFrom('enrollments')
      .selectAll()
      .where('person_id', '=', id)
      .orderBy('started_at')
      .execute()
    expect(enrollments.map(({ version, ended_at }) => [version, ended_at !== null])).toEqual([
      ['1.0.0', true],
      ['1.1.0', false],
    ])
    const marks = await db
      .selectFrom('lesson_marks')
      .select('lesson')
      .where('enrollment_id', '=', before.id)
      .execute()
    expect(marks).toHaveLength(4)
    const move = await db.selectFrom('enrollment_moves').select('kept').executeTakeFirstOrThrow()
    expect(move.kept).toMatchObject({ modules: ['first-day'] })
    const acts = await db.selectFrom('ledger_entries').select('kind').where('actor_id', '=', id).execute()
    expect(acts).toEqual([{ kind: 'enrollment-moved' }])
    // The kept module counts at the end, with the day it was passed.
    const current = course().current
    await readModule(client, current, current.modules[1]!)
    await takeAssessment(db, client, id, current, current.modules[1]!)
    const completion = await db
      .selectFrom('completions')
      .selectAll()
      .where('person_id', '=', id)
      .executeTakeFirstOrThrow()
    expect(completion).toMatchObject({ version: '1.1.0', content_hash: current.hash })
    expect(completion.modules).toHaveLength(2)
    for (const { completed_on } of completion.modules as { completed_on: string }[])
      expect(completed_on.slice(0, 4)).toBe(String(new Date().getFullYear()))
  })

  test('moves once, even if the button is pressed twice', async () => {
    const { db, client, load, id } = await aHouse()
    publishNext(() =>
      edit('01-first-day/01-at-the-door.md', (text) => text.replace('Tea first', 'Soup first')),
    )
    load()
    await Promise.all([client.post('/courses/welcome/version'), client.post('/courses/welcome/version')])
    const enrollments = await db.selectFrom('enrollments').select('id').where('person_id', '=', id).execute()
    expect(enrollments).toHaveLength(2)
  })

  test('can’t complete the old version with an assessment that was still open', async () => {
    const { db, client, id, load, course } = await aHouse()
    const began = course().current
    const [first, second] = began.modules
    await readModule(client, began, first!)
    await takeAssessment(db, client, id, began, first!)
    await readModule(client, began, second!)
    const open = await client.post('/courses/welcome/second-day/assessment')
    publishNext(() =>
      edit('01-first-day/01-at-the-door.md', (text) => text.replace('Tea first', 'Soup first')),
    )
    load()
    await client.post('/courses/welcome/version')
    await finishAttempt(db, client, id, String(open.headers.location), second!)
    expect(await db.selectFrom('completions').select('id').where('person_id', '=', id).execute()).toEqual([])
  })
})

test('a learner whose version is gone sees a message and can move, keeping what is unchanged', async () => {
  rmSync(join(dir, 'welcome/published'), { recursive: true })
  const { client, load, course } = await aHouse()
  const began = course().current
  await readModule(client, began, began.modules[0]!)
  newVersion('1.1.0')
  edit('01-first-day/01-at-the-door.md', (text) => text.replace('Tea first', 'Soup first'))
  load()
  const page = await client.follow(await client.get('/courses/welcome/continue'))
  expect(page.body).toContain('Version 1.0.0 is no longer available')
  expect(page.body).toContain('You keep 1 lesson')
  expect((await lessonOf(client, 'first-day/at-the-door')).statusCode).toBe(404)
  await client.post('/courses/welcome/version')
  expect((await client.get('/courses/welcome/continue')).headers.location).toBe(
    '/courses/welcome/first-day/at-the-door',
  )
})
