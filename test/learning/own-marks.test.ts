import { beforeAll, expect, test } from 'vitest'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { openedIn } from '#test/support/taking.ts'

let world: World
let ada: Client
let mai: Client
const course = 'residential-settings'
let lesson: string
beforeAll(async () => {
  world = await aWorld()
  ada = await world.as('ada@northstar.example')
  mai = await world.as('mai@northstar.example')
  const { modules } = world.catalogue.courses.get(course)!.current
  lesson = `/courses/${course}/${modules[0]!.slug}/${modules[0]!.lessons[0]!.slug}`
  await ada.post(`/courses/${course}/enrollment`)
})

test('a lesson remembers the paragraph for another device, and then begins with the text', async () => {
  const first = await ada.get(lesson)
  expect(first.body).not.toContain('data-paragraph=')
  expect(first.body).not.toContain('About this lesson')
  const sent = await ada.post(`${lesson}/time`, {
    opened: openedIn(first.body),
    seconds: '30',
    paragraph: '7',
  })
  expect(sent.statusCode).toBe(204)
  const elsewhere = await (await world.as('ada@northstar.example')).get(lesson)
  expect(elsewhere.body).toContain('data-paragraph="7"')
  expect(elsewhere.body).toContain('About this lesson')
})

test('notes and bookmarks are in the lesson, on their own page and in the export, and only for their writer', async () => {
  await ada.post(`${lesson}/notes`, { body: 'Ask Dee <about> the floor.' })
  await ada.post(`${lesson}/bookmark`, { keep: 'yes' })
  expect((await ada.get(lesson)).body).toContain('Ask Dee &lt;about&gt; the floor.')
  const own = await ada.get('/my-notes')
  expect(own.body).toContain('Ask Dee &lt;about&gt; the floor.')
  expect(own.body).toContain('Remove')
  const about = JSON.parse((await ada.get('/account/data.json')).body)
  expect(about.lesson_notes).toMatchObject([{ body: 'Ask Dee <about> the floor.' }])
  expect(about.bookmarks).toHaveLength(1)
  expect((await mai.get('/my-notes')).body).not.toContain('Ask Dee')
})

test('a note is deleted by its writer and by no one else, and leaves nothing behind', async () => {
  const { id } = await world.db.selectFrom('lesson_notes').select('id').executeTakeFirstOrThrow()
  await mai.post(`/my-notes/${id}/deletion`)
  expect(await world.db.selectFrom('lesson_notes').select('id').execute()).toHaveLength(1)
  await ada.post(`/my-notes/${id}/deletion`)
  expect(await world.db.selectFrom('lesson_notes').select('id').execute()).toEqual([])
})

test('highlights and saved words are in the lesson, on the page of notes and in the export, until their owner removes them', async () => {
  const words = { paragraph: '3', start: '0', quote: 'Two <laws>, side by side' }
  await ada.post(`${lesson}/highlights`, words)
  await ada.post(`${lesson}/highlights`, words)
  await ada.post('/my-words', { word: 'trafficking-navigator' })
  const word = world.catalogue.glossary[0]!
  await ada.post('/my-words', { word: word.slug, back: lesson })
  await ada.post('/my-words', { word: word.slug })
  expect((await ada.post('/my-words', { word: 'no-such-word' })).statusCode).toBe(404)
  expect((await ada.get(lesson)).body).toContain('Two &lt;laws&gt;, side by side')
  const own = (await ada.get('/my-notes')).body
  expect(own).toContain('Two &lt;laws&gt;, side by side')
  expect(own).toContain(`<strong>${word.term}</strong>`)
  const about = JSON.parse((await ada.get('/account/data.json')).body)
  expect(about.lesson_highlights).toMatchObject([{ quote: 'Two <laws>, side by side' }])
  expect(about.saved_words).toContainEqual(expect.objectContaining({ word: word.slug }))
  expect((await mai.get('/my-notes')).body).not.toContain('side by side')

  const { id } = await world.db.selectFrom('lesson_highlights').select('id').executeTakeFirstOrThrow()
  expect((await mai.post(`/my-highlights/${id}/deletion`)).statusCode).toBe(404)
  const removed = await ada.post(`/my-highlights/${id}/deletion`, { from: 'lesson' })
  expect(removed.headers.location).toBe(`${lesson}?ready=yes#notes`)
  await ada.post('/my-words', { word: word.slug, keep: 'no' })
  expect(await world.db.selectFrom('lesson_highlights').select('id').execute()).toEqual([])
  expect(
    await world.db.selectFrom('saved_words').select('word').where('word', '=', word.slug).execute(),
  ).toEqual([])
})

test('a kept lesson opens before the one before it is read, without notes, and only pages that use htmx load it', async () => {
  const { modules } = world.catalogue.courses.get(course)!.current
  const at = lesson.split('/').slice(0, 4).join('/')
  const last = `${at}/${modules[0]!.lessons.at(-1)!.slug}`
  await ada.post(`${last}/notes`, { body: 'A note of mine' })
  expect((await ada.get(last)).statusCode).toBe(303)
  const kept = await ada.get(`${last}?kept=yes`)
  expect(kept.statusCode).toBe(200)
  expect(kept.body).not.toContain('A note of mine')
  const list = JSON.parse((await ada.get(`${at}/offline`)).body)
  expect(list.pages).toContainEqual({ path: last, from: `${last}?kept=yes` })
  expect(JSON.stringify(list)).not.toContain('assessment')
  expect((await ada.get(`/courses/${course}/${modules[1]!.slug}/offline`)).statusCode).toBe(404)
  const next = `/courses/${course}/${modules[1]!.slug}/${modules[1]!.lessons[0]!.slug}`
  expect((await ada.get(`${next}?kept=yes`)).statusCode).toBe(303)

  const sam = await world.as('sam@northstar.example')
  expect((await sam.get('/team')).body).toMatch(/<script src="[^"]*htmx/)
  expect((await ada.get('/')).body).not.toContain('htmx.')
})

test('a lesson’s text is one for all readers, but each page has a form key and saved words of its own', async () => {
  await mai.post(`/courses/${course}/enrollment`)
  const { modules } = world.catalogue.courses.get(course)!.current
  const note = /<a href="\/glossary#([\w-]+)">See it in the glossary<\/a>/
  const { slug, html } = modules[0]!.lessons.find((one) => note.test(one.html))!
  const kept = `${lesson.split('/').slice(0, 4).join('/')}/${slug}?kept=yes`
  const [, word = ''] = note.exec(html) ?? []
  // As it was sent: the test's client takes the keys out of `body`.
  const sentTo = async (reader: Client) => (await reader.get(kept)).rawPayload.toString()
  const before = [await sentTo(ada), await sentTo(ada), await sentTo(mai)]
  await ada.post('/my-words', { word })
  const [ofAda, ofMai] = [await sentTo(ada), await sentTo(mai)]
  const keys = [...before, ofAda, ofMai].flatMap((page) => {
    const forms = page.match(/<form\b[^>]*method="post"/g) ?? []
    const found = page.match(/(?<=name="form_key" value=")[\w-]{36}(?=")/g) ?? []
    expect(found.length).toBe(forms.length)
    expect(new Set(found).size).toBe(1)
    return found[0]
  })
  expect(new Set(keys).size).toBe(keys.length)
  expect(ofAda).toContain('In your words')
  expect(ofMai).not.toContain('In your words')
  expect(ofMai.match(/id="exercise-[\w-]+"/g)).toEqual(before[0]!.match(/id="exercise-[\w-]+"/g))
})

test('opening the address of a form leads to its page', async () => {
  const opened = async (address: string) => (await ada.get(address)).headers.location
  expect(await opened(`${lesson}/finished`)).toBe(lesson)
  expect(await opened('/account/sessions/end')).toBe('/account')
  expect((await ada.get('/no-such/page')).statusCode).toBe(404)
})

test('the questions say how many lessons are read, and nothing is almost there before the first', async () => {
  const page = await ada.get(`${lesson.split('/').slice(0, 4).join('/')}/assessment`)
  expect(page.body).toContain('Read the lessons first')
  expect(page.body).toContain('0 of 6 lessons read')
})
