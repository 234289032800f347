import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadCourses } from '#server/courses/authoring/load.ts'
import type { Catalogue, Course } from '#server/courses/catalogue/catalogue.ts'
import { groupCredit } from '#server/learning/group-lessons.ts'
import { doneOf } from '#server/learning/progress/done.ts'
import { findEnrollment } from '#server/learning/progress/queries.ts'
import { fixtureDir, publish } from '#test/courses/fixture.ts'
import { programId, readable } from '#test/programs/programs.ts'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { later } from '#test/support/taking.ts'

const sam = 'sam@northstar.example'
const ada = 'ada@northstar.example'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'courses-'))
  cpSync(fixtureDir, dir, { recursive: true })
  publish(dir, 'welcome', '1.0.0', '--change', 'meaning', '--summary', 'The first.')
})
afterEach(() => rmSync(dir, { recursive: true }))

function edit(path: string, change: (text: string) => string) {
  const file = join(dir, 'welcome', path)
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}

/** A new version in which one lesson of the module changed. */
function publishNext() {
  edit('course.yml', (text) => text.replace(/version: .*/, 'version: 1.1.0'))
  edit('01-first-day/01-at-the-door.md', (text) => text.replace('Tea first', 'Soup first'))
  publish(dir, 'welcome', '1.1.0', '--change', 'clarification', '--summary', 'Soup comes first now.')
}

/** A service whose courses can be reloaded while it runs, as at startup. */
async function aHouse() {
  const courses = new Map<string, Course>()
  const load = () => courses.set('welcome', loadCourses(dir).catalogue.courses.get('welcome')!)
  load()
  const catalogue: Catalogue = { ...loadCourses(dir).catalogue, courses }
  const world = await aWorld({ catalogue, now: new Date('2026-10-06T19:00:00Z') })
  const open = async (version: string) => {
    const leader = await world.as(sam)
    const { location } = (
      await leader.post('/group-sessions', {
        module: `welcome/${version}/first-day`,
        program: await programId(world.db, 'North Star House'),
        place: 'Staff room',
        on: '10/6/2026',
        at: '2:00 pm',
        facilitator: await personId(world.db, sam),
      })
    ).headers
    const { code } = await world.db.selectFrom('group_sessions').select('code').executeTakeFirstOrThrow()
    const close = () => {
      later(world.clock, 60)
      return leader.post(`${location}/end`, { outcome: 'held' })
    }
    return { code, close }
  }
  const id = await personId(world.db, ada)
  const finished = async () => [...doneOf((await findEnrollment(world.db, id, 'welcome'))!).finished].sort()
  return { ...world, load, open, finished, client: await world.as(ada), id }
}

test('a learner on another version sees that and gets credit only for lessons that are the same in both', async () => {
  const { client, load, open, finished, db } = await aHouse()
  await client.post('/courses/welcome/enrollment')
  publishNext()
  load()
  const { code, close } = await open('1.1.0')
  await client.post(`/join/${code}/presence`)
  const page = readable((await client.get(`/join/${code}`)).body)
  expect(page).toContain('The group uses version 1.1.0; you are on version 1.0.0.')
  expect(page).toMatch(
    /These lessons are the same in both versions and count: .+\. Read these on your own: At the door\./,
  )
  await client.post(`/join/${code}/confirmation`)
  await close()
  expect(await finished()).toEqual(['first-day/practice'])
  // The learner stays on their version.
  const { facts } = await db
    .selectFrom('ledger_entries')
    .select('facts')
    .where('kind', '=', 'group-lessons-marked')
    .executeTakeFirstOrThrow()
  expect(JSON.parse(facts)).toMatchObject({
    version: '1.1.0',
    own_version: '1.0.0',
    not_the_same: ['at-the-door'],
  })
  expect((await client.get(`/courses/welcome/continue`)).headers.location).toBe(
    '/courses/welcome/first-day/at-the-door',
  )
})

test('a session of the older version counts fully for a learner on it; switching versions keeps unchanged lessons', async () => {
  const { client, load, open, finished, clock } = await aHouse()
  await client.post('/courses/welcome/enrollment')
  publishNext()
  load()
  const { code, close } = await open('1.0.0')
  await client.post(`/join/${code}/presence`)
  expect(readable((await client.get(`/join/${code}`)).body)).not.toContain('Your version of the course')
  await client.post(`/join/${code}/confirmation`)
  await close()
  expect(await finished()).toEqual(['first-day/at-the-door', 'first-day/practice'])
  clock.now = new Date(clock.now.getTime() + 60_000)
  await client.post('/courses/welcome/version')
  expect(await finished()).toEqual(['first-day/practice'])
})

test('nothing counts as the same if a version’s outline is unknown', () => {
  const text = {
    modules: [
      {
        slug: 'one',
        poolHash: 'p',
        lessons: [
          { slug: 'a', hash: '1' },
          { slug: 'b', hash: '2' },
        ],
      },
    ],
  }
  const time = { minutes: 10, planned: new Map() }
  const credit = (...[taken, own, module]: [typeof text | null, typeof text | null, string]) =>
    groupCredit(taken, own, module, time)
  expect(credit(null, text, 'one')).toMatchObject({ given: [], otherwise: ['a', 'b'] })
  expect(credit(text, null, 'one')).toMatchObject({ given: [], otherwise: [] })
  expect(credit(text, text, 'two')).toMatchObject({ given: [], otherwise: [] })
  expect(credit(text, text, 'one').given.map(({ lesson }) => lesson)).toEqual(['a', 'b'])
})
