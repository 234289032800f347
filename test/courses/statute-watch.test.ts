import { beforeAll, expect, test } from 'vitest'
import { watchedThings } from '#server/courses/review/watch/statute-watch.ts'
import { readable } from '#test/oversight/reviewed.ts'
import { aWorld, type Client, theCourses, type World } from '#test/support/app.ts'

let world: World
let noor: Client
beforeAll(async () => {
  world = await aWorld({ now: new Date('2026-06-14T15:00:00Z') })
  noor = await world.as('noor@review.example')
})

test('each statute and fact lists the rules, lessons, questions and job aids that quote it', () => {
  const watched = watchedThings(theCourses())
  const kindsOf = (key: string) => {
    const places = watched.find((one) => one.key === key)?.places ?? []
    return [...new Set(places.map(({ kind }) => kind))].sort()
  }
  expect(kindsOf('245A.25')).toEqual(['Lesson', 'Question', 'Rule'])
  expect(kindsOf('245A.02')).toContain('Rule')
  // The register's key alone is enough, whatever the text says.
  const [lesson] = theCourses().courses.get('residential-settings')!.current.modules[0]!.lessons
  for (const key of lesson!.factKeys) expect(kindsOf(key)).toContain('Lesson')
  const aid = theCourses().jobAids[0]!
  expect(kindsOf(aid.factKeys[0]!)).toContain('Job aid')
  expect(watched.every(({ key }) => /^[A-Za-z0-9.-]{1,20}$/.test(key))).toBe(true)
})

test('a fact marked as changed flags all that quotes it, with the reason, until someone says how it was corrected', async () => {
  const lesson = watchedThings(world.catalogue)
    .find(({ key }) => key === 'A1-02')!
    .places.find(({ kind }) => kind === 'Lesson')!
  expect(readable((await noor.get('/review/watch?search=residential')).body)).toContain('A1-02')
  expect((await noor.post('/review/watch/A1-02/changes', { reason: ' ' })).statusCode).toBe(422)
  await noor.post('/review/watch/A1-02/changes', { reason: 'Amended by Laws 2026.' })
  const page = (await noor.get('/review/watch/A1-02')).body
  expect(readable(page)).toMatch(/Marked as changed .* Amended by Laws 2026\..*check again/)
  expect(readable((await noor.get(lesson.href)).body)).toContain(
    'A1-02 was marked as changed: Amended by Laws 2026.',
  )
  expect((await noor.get('/review/courses')).body).toContain('1 changed statute or fact to correct')
  const resolve = /action="([^"]+\/resolution)"/.exec(page)![1]!
  expect((await noor.post(resolve, { how: '' })).statusCode).toBe(422)
  expect((await noor.post(resolve, { how: 'Version 2.1.0 has the new words.' })).statusCode).toBe(303)
  expect((await noor.get(lesson.href)).body).not.toContain('was marked as changed')
  expect(readable((await noor.get('/review/watch/A1-02')).body)).toContain('Version 2.1.0 has the new words.')
  expect((await noor.get('/review/courses')).body).not.toContain('changed statute')
  await expect(world.db.deleteFrom('changed_facts').execute()).rejects.toThrow('append-only')
  expect((await (await world.as('sam@northstar.example')).get('/review/watch')).statusCode).toBe(404)
})
