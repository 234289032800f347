import { describe, expect, test } from 'vitest'
import { aWorld } from '#test/support/app.ts'

const ada = 'ada@northstar.example'
const noor = 'noor@review.example'
const lesson = '/courses/residential-settings/law-words-role/why-this-training'
const words = 'The number in the second paragraph has changed.'

describe('reporting a mistake in a lesson', () => {
  test('a reader reports it from the lesson, and the name is not stored', async () => {
    const { as, db } = await aWorld()
    const reader = await as(ada)
    await reader.post('/courses/residential-settings/enrollment')
    const page = await reader.get(`${lesson}?ready=yes`)
    const [, link] = page.body.match(/href="([^"]*\/mistake\?version=[^"]*)"/) ?? []
    const version = new URLSearchParams(link?.split('?')[1]).get('version')!
    expect((await reader.get(link!)).body).toContain('We don’t keep your name')
    const sent = await reader.post(`${lesson}/mistake`, { version, body: words })
    expect((await reader.follow(sent)).body).toContain('Thank you')
    const kept = await db.selectFrom('lesson_mistakes').selectAll().executeTakeFirstOrThrow()
    expect(kept).toMatchObject({
      version,
      module: 'law-words-role',
      lesson: 'why-this-training',
      body: words,
    })
    const person = await db
      .selectFrom('people')
      .select('id')
      .where('email', '=', ada)
      .executeTakeFirstOrThrow()
    expect(JSON.stringify(kept)).not.toContain(person.id)
  })

  test('an empty report gets an error', async () => {
    const { as } = await aWorld()
    const answer = await (await as(ada)).post(`${lesson}/mistake`, { version: '1.0.0', body: '  ' })
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('Describe the mistake.')
  })

  test('a missing lesson has no report page, and a visitor signs in first', async () => {
    const { as, visitor } = await aWorld()
    const reader = await as(ada)
    expect((await reader.get(`${lesson.replace('why', 'no')}/mistake`)).statusCode).toBe(404)
    expect((await visitor().get(`${lesson}/mistake`)).headers.location).toContain('/sign-in')
  })

  test('reviewers see the report with its lesson and answer it once; no one else sees it', async () => {
    const { as, db } = await aWorld()
    const reader = await as(ada)
    await reader.post(`${lesson}/mistake`, { version: '1.0.0', body: words })
    const { id } = await db.selectFrom('lesson_mistakes').select('id').executeTakeFirstOrThrow()
    const reviewer = await as(noor)
    expect((await reviewer.get('/review/courses')).body).toContain('1 report waiting for an answer.')
    expect((await reviewer.get('/review/mistakes')).body).toContain(words)
    const unsaid = await reviewer.post(`/review/mistakes/${id}/answer`, { body: '' })
    expect(unsaid.statusCode).toBe(422)
    const answer = { body: 'Fixed in version 1.1.0.' }
    expect((await reviewer.post(`/review/mistakes/${id}/answer`, answer)).statusCode).toBe(303)
    await reviewer.post(`/review/mistakes/${id}/answer`, { body: 'Another answer.' })
    const after = (await reviewer.get('/review/mistakes')).body
    expect(after).toContain('Fixed in version 1.1.0.')
    expect(after).not.toContain('Another answer.')
    expect(after).toContain('No reports are waiting for an answer.')
    for (const email of [ada, 'sam@northstar.example', 'lee@licensing.example']) {
      const other = await as(email)
      expect((await other.get('/review/mistakes')).statusCode).toBe(404)
      expect((await other.post(`/review/mistakes/${id}/answer`, answer)).statusCode).toBe(404)
    }
    const none = await reviewer.post('/review/mistakes/00000000-0000-4000-8000-000000000000/answer', answer)
    expect(none.statusCode).toBe(404)
  })
})
