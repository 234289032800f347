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

test('each statute and fact lists the rules, lessons, questions, job aids and resources that quote it', () => {
  const watched = watchedThings(theCourses())
  const kindsOf = (key: string) => {
    const places = watched.find((one) => one.key === key)?.places ?? []
    return [...new Set(places.map(({ kind }) => kind))].sort()
  }
  expect(kindsOf('245A.25')).toEqual(['Glossary', 'Lesson', 'Question', 'Rule'])
  expect(kindsOf('245A.02')).toContain('Rule')
  // The register's key alone is enough, whatever the text says.
  const [lesson] = theCourses().courses.get('residential-settings')!.current.modules[0]!.lessons
  for (const key of lesson!.factKeys) expect(kindsOf(key)).toContain('Lesson')
  const aid = theCourses().jobAids[0]!
  expect(kindsOf(aid.factKeys[0]!)).toContain('Job aid')
  expect(kindsOf('A5-26')).toContain('Resource')
  const [card] = theCourses().rightNow.filter(({ facts }) => facts.length > 0)
  expect(kindsOf(card!.facts[0]!)).toContain('Right now')
  expect(watched.every(({ key }) => /^[A-Za-z0-9.-]{1,20}$/.test(key))).toBe(true)
})

test('a fact marked as changed flags each place that quotes it, until a reviewer has answered every flag', async () => {
  const { places } = watchedThings(world.catalogue).find(({ key }) => key === 'A1-02')!
  const lesson = places.find(({ kind }) => kind === 'Lesson')!
  const home = async () => readable((await noor.get('/review/courses')).body)
  expect(readable((await noor.get('/review/watch?search=residential')).body)).toContain('A1-02')
  const marks = '/review/watch/A1-02/changes'
  for (const missing of [{ reason: ' ' }, { source: '' }, { changed_on: 'soon' }]) {
    const typed = { reason: 'Amended.', source: 'Laws 2026', ...missing }
    expect((await noor.post(marks, typed)).statusCode).toBe(422)
  }
  const change = {
    reason: 'Subdivision 5 was amended.',
    source: 'Laws 2026, chapter 80',
    changed_on: '8/1/2026',
  }
  const page = String((await noor.post(marks, change)).headers.location)
  const read = async () => (await noor.get(page)).body
  expect(readable(await read())).toMatch(
    /Subdivision 5 was amended\. .*Laws 2026, chapter 80 .*August 1, 2026 .*Noor /,
  )
  expect(readable(await read())).toContain(`${places.length} of ${places.length} places to check`)
  expect(readable((await noor.get(lesson.href)).body)).toContain(
    'A1-02 was marked as changed: Subdivision 5 was amended.',
  )
  expect(await home()).toContain(`${places.length} places to check for a changed statute or fact`)
  // Each flag needs a reason or a version.
  const { id: flag } = await world.db
    .selectFrom('changed_fact_flags')
    .select('id')
    .where('kind', '=', 'Lesson')
    .where('place', '=', lesson.place)
    .executeTakeFirstOrThrow()
  expect(await read()).toContain(`name="flag" value="${flag}"`)
  for (const typed of [
    { flag, outcome: 'kept' },
    { flag, outcome: 'changed' },
    { outcome: 'kept', reason: 'It paraphrases.' },
    { flag, reason: 'It paraphrases.' },
  ])
    expect((await noor.post(`${page}/answers`, typed)).statusCode).toBe(422)
  await noor.post(`${page}/answers`, { flag, outcome: 'changed', version: '2.1.0' })
  await noor.post(`${page}/answers`, { flag, outcome: 'kept', reason: 'The first answer stays.' })
  expect(readable(await read())).toMatch(/Answered .* Changed in 2\.1\.0 Noor /)
  expect((await noor.get(lesson.href)).body).not.toContain('was marked as changed')
  expect(await home()).toContain(`${places.length - 1} places to check`)
  expect((await noor.post(`${page}/resolution`, { how: 'All at once.' })).statusCode).toBe(303)
  expect(await home()).toContain(`${places.length - 1} places to check`)
  await noor.post(`${page}/answers`, {
    all: 'yes',
    outcome: 'kept',
    reason: 'They quote no more than the section.',
  })
  expect(await home()).not.toContain('to check for a changed')
  expect(readable(await read())).toContain('Settled')
  for (const table of ['changed_facts', 'changed_fact_flags', 'changed_fact_flag_answers'] as const)
    await expect(world.db.deleteFrom(table).execute()).rejects.toThrow('append-only')
  expect((await (await world.as('sam@northstar.example')).get('/review/watch')).statusCode).toBe(404)
})

test('a changed fact that nothing quotes is settled with a sentence', async () => {
  const unquoted = watchedThings(world.catalogue).find(({ places }) => places.length === 0)!
  const marked = await noor.post(`/review/watch/${unquoted.key}/changes`, {
    reason: 'Repealed.',
    source: 'Laws 2026',
  })
  const page = String(marked.headers.location)
  expect((await noor.post(`${page}/resolution`, { how: ' ' })).statusCode).toBe(422)
  await noor.post(`${page}/resolution`, { how: 'Taken out of the register.' })
  expect(readable((await noor.get(page)).body)).toContain('Taken out of the register.')
})

test('facts are listed by the day on which they are due for a check', async () => {
  const later = await aWorld({ now: new Date('2027-05-25T15:00:00Z') })
  const reviewer = await later.as('noor@review.example')
  const list = readable((await reviewer.get('/review/watch')).body).split('Due for a check')[1]!
  // Checked on November 23, 2026, and so due 180 days later; what was checked a week later isn't due yet.
  expect(list).toMatch(/^.*May 22, 2027 \d+ entries Due .*A1-02 .*May 29, 2027 \d+ entries [^D]/)
  expect((await reviewer.get('/review/courses')).body).toMatch(/\d+ facts due for a check/)
})
