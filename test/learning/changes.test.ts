import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadCourses } from '#server/courses/authoring/load.ts'
import type { Catalogue, Course } from '#server/courses/catalogue/catalogue.ts'
import { tellOfChanges } from '#server/learning/versions/tell-of-changes.actions.ts'
import { fixtureDir, publish } from '#test/courses/fixture.ts'
import { readable } from '#test/oversight/reviewed.ts'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { takeCourse } from '#test/support/taking.ts'

let dir = ''
let before: Course
let after: Course
let refused = ''
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'courses-'))
  cpSync(fixtureDir, dir, { recursive: true })
  const edit = (path: string, change: (text: string) => string) =>
    writeFileSync(join(dir, path), change(readFileSync(join(dir, path), 'utf8')))
  const welcome = () => loadCourses(dir).catalogue.courses.get('welcome')!
  publish(dir, 'welcome', '1.0.0', '--change', 'meaning', '--summary', 'More of it.')
  before = welcome()
  edit('welcome/course.yml', (text) => text.replace('1.0.0', '1.1.0'))
  edit('welcome/01-first-day/01-at-the-door.md', (text) => text.replace('Tea first', 'Soup first'))
  edit('welcome/01-first-day/questions.yml', (text) => text.replace('It is warm.', 'It warms.'))
  // Clearer words with the same meaning: people who know the old version don't have to read it again.
  edit('welcome/01-first-day/02-practice.md', (text) => text.replace('None of them counts.', 'None counts.'))
  const readAgain = (place: string, question = 'm1') =>
    writeFileSync(
      join(dir, 'welcome/read-again.yml'),
      `lessons:\n  ${place}: Guests are hungry when they come.\nquestions:\n  first-day/${question}: It was too easy.\n`,
    )
  readAgain('first-day/somewhere', 'nowhere')
  refused = publish(dir, 'welcome', '1.1.0', '--change', 'meaning', '--summary', 'Soup comes first.').stderr
  readAgain('first-day/at-the-door')
  publish(dir, 'welcome', '1.1.0', '--change', 'meaning', '--summary', 'Soup comes first.')
  after = welcome()
})
afterAll(() => rmSync(dir, { recursive: true }))

const lesson = '/courses/welcome/changes/1.1.0/first-day/at-the-door'

test('after a change of meaning, people who completed an older version must read the changed lessons by the due date', async () => {
  const courses = new Map([['welcome', before]])
  const catalogue: Catalogue = { ...loadCourses(dir).catalogue, courses }
  const { db, as, clock } = await aWorld({ catalogue, now: new Date('2026-11-20T15:00:00Z') })
  const [ada, noor] = [await as('ada@northstar.example'), await as('noor@review.example')]
  await takeCourse(db, ada, await personId(db, 'ada@northstar.example'), before.current)
  courses.set('welcome', after)
  // No one has to read anything before a due date is set, and the date must be in the future.
  expect((await ada.get('/')).body).not.toContain('Changed since you took it')
  expect((await ada.get(lesson)).statusCode).toBe(404)
  const past = await noor.post('/review/courses/welcome/1.1.0/change-day', { due_on: '11/19/2026' })
  expect(past.statusCode).toBe(422)
  const readers = async () => readable((await noor.get('/review/courses/welcome/1.1.0/readers')).body)
  expect(await readers()).toContain('No deadline is set')
  await noor.post('/review/courses/welcome/1.1.0/change-day', { due_on: '12/31/2026' })
  expect(await readers()).toContain('0 of 1 person who completed an older version')
  const home = await ada.get('/')
  expect(home.body).toContain('Changed since you took it: Welcoming a newcomer')
  expect(home.body).toContain('Read these lessons by December 31, 2026.')
  expect(home.body).toContain(lesson)
  expect(home.body).toContain('Guests are hungry when they come.')
  expect(home.body).not.toContain('changes/1.1.0/first-day/practice')
  // What changed is marked, and only that.
  const changed = (await ada.get(lesson)).body
  expect(changed).toContain('What is new or changed since version 1.0.0 is marked.')
  const marked = [...changed.matchAll(/New or changed<\/span> <ins class="lesson-new">([\s\S]*?)<\/ins>/g)]
  expect(marked.map(([, words]) => words!.replaceAll(/<[^>]+>/g, '')).join()).toContain('Soup first')
  expect(marked).toHaveLength(1)
  clock.now = new Date('2027-01-02T15:00:00Z')
  const again = await as('ada@northstar.example')
  expect((await again.get('/')).body).toContain('were due by December 31, 2026.')
  const read = await again.post(`${lesson}/reading`)
  expect(read.headers.location).toBe('/courses/welcome')
  expect((await again.get('/')).body).not.toContain('Changed since you took it')
  const noorLater = await as('noor@review.example')
  const seen = readable((await noorLater.get('/review/courses/welcome/1.1.0/readers')).body)
  expect(seen).toMatch(/1 of 1 person .* December 31, 2026, which has passed\./)
  expect(seen).not.toContain('Ada')
  expect((await again.get('/courses/welcome')).body).toContain('You have read the changes.')
  await again.post(`${lesson}/reading`)
  expect(await db.selectFrom('course_change_readings').select('lesson').execute()).toEqual([
    { lesson: 'at-the-door' },
  ])
  // Reviewers see which questions changed too, and why.
  const version = readable((await noorLater.get('/review/courses/welcome/1.1.0')).body)
  expect(version).toContain('1 question differs from version 1.0.0.')
  expect(version).toMatch(/Question m1 Module 1: .* It was too easy\. Changed/)
  const acts = await db
    .selectFrom('ledger_entries')
    .select('kind')
    .where('kind', '=', 'change-day-set')
    .execute()
  expect(acts).toHaveLength(1)
})

test('people who complete the newer version or never took the course have nothing to read', async () => {
  const courses = new Map([['welcome', after]])
  const catalogue: Catalogue = { ...loadCourses(dir).catalogue, courses }
  const { db, as } = await aWorld({ catalogue })
  const [ada, mai, noor] = [
    await as('ada@northstar.example'),
    await as('mai@northstar.example'),
    await as('noor@review.example'),
  ]
  await noor.post('/review/courses/welcome/1.1.0/change-day', { due_on: '12/31/2099' })
  await takeCourse(db, ada, await personId(db, 'ada@northstar.example'), after.current)
  for (const one of [ada, mai]) {
    expect((await one.get('/')).body).not.toContain('Changed since you took it')
    expect((await one.get(lesson)).statusCode).toBe(404)
    expect((await one.post(`${lesson}/reading`)).statusCode).toBe(404)
  }
})

test('supervisors see who of their people has read the changes; those who haven’t get three messages', async () => {
  const courses = new Map([['welcome', before]])
  const catalogue: Catalogue = { ...loadCourses(dir).catalogue, courses }
  const { db, as } = await aWorld({ catalogue, now: new Date('2026-11-20T15:00:00Z') })
  for (const email of ['ada@northstar.example', 'mai@northstar.example'])
    await takeCourse(db, await as(email), await personId(db, email), before.current)
  courses.set('welcome', after)
  const [sam, olu] = [await as('sam@northstar.example'), await as('olu@lakeside.example')]
  await (await as('noor@review.example')).post('/review/courses/welcome/1.1.0/change-day', {
    due_on: '12/31/2026',
  })
  await (await as('ada@northstar.example')).post(`${lesson}/reading`)
  const told = async (on: string) => {
    for (let times = 0; times < 2; times++) await tellOfChanges(db, catalogue, on)
    const notices = await db
      .selectFrom('notices')
      .select(['person_id', 'kind'])
      .where('dedupe_key', 'like', 'lessons-changed %')
      .execute()
    const mai = await personId(db, 'mai@northstar.example')
    return notices.map(({ person_id, kind }) => [person_id === mai, kind]).sort()
  }
  const first = [true, 'lessons-changed']
  expect(await told('2026-11-20')).toEqual([first])
  expect(await told('2026-12-23')).toEqual([first])
  expect(await told('2026-12-24')).toEqual([first, first])
  expect(await told('2027-01-01')).toEqual([first, first, [true, 'lessons-changed-late']])
  const team = readable((await sam.get('/team/changed-lessons')).body)
  expect(team).toContain('1 of 2 people has read everything that changed.')
  expect(team).toMatch(/Mai Vang 0 of 1 lesson .* Ada \S+ Read on November 20, 2026 None yet/)
  expect(readable((await olu.get('/team/changed-lessons')).body)).toContain('No one on your team')
  expect((await (await as('noor@review.example')).get('/team/changed-lessons')).statusCode).toBe(404)
})

test('a due date can’t be set for a version without a change of meaning', async () => {
  const { as } = await aWorld({ catalogue: { ...loadCourses(dir).catalogue } })
  const noor = await as('noor@review.example')
  expect(
    (await noor.post('/review/courses/welcome/0.9.0/change-day', { due_on: '12/31/2099' })).statusCode,
  ).toBe(404)
})

test('the list of lessons to read again names changed lessons and doesn’t change the content hash', () => {
  expect(refused).toContain(
    'read-again.yml names "first-day/somewhere", which is not a new or changed lesson.',
  )
  expect(refused).toContain('read-again.yml names the question "first-day/nowhere", which did not change.')
  expect(after.current.change).toMatchObject({
    lessons: ['first-day/at-the-door', 'first-day/practice'],
    readAgain: { 'first-day/at-the-door': 'Guests are hungry when they come.' },
  })
  expect(after.working!.hash).toBe(after.current.hash)
})
