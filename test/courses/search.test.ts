import { expect, test } from 'vitest'
import { aWorld } from '#test/support/app.ts'

test('the search finds lessons, words and job aids, guesses misspelled words, and shows lessons only to people who are signed in', async () => {
  const world = await aWorld()
  const ada = await world.as('ada@northstar.example')
  const found = await ada.get('/search?q=missing+from+care')
  expect(found.body).toContain('<mark>missing</mark> from <mark>care</mark>')
  expect(found.body).toContain('href="/glossary#missing-from-care"')
  expect(found.body).toContain('Lesson, ')
  const guessed = await ada.get('/search?q=traficking')
  expect(guessed.body).toContain('Showing results for “<strong>trafficking</strong>.”')
  const visitor = await world.visitor().get('/search?q=missing+from+care')
  expect(visitor.body).toContain('href="/glossary#missing-from-care"')
  expect(visitor.body).not.toContain('Lesson, ')
  // An excerpt says whether the text goes on.
  expect(visitor.body).toMatch(/young person in placement …<\/p>/)
  const hours = await world.visitor().get('/search?q=missing+exploited+children')
  expect(hours.body).toContain('<p>24 hours</p>')
  expect((await ada.get('/search?q=%3Cscript%3Exyzzy')).body).toContain('Nothing has “&lt;script&gt;xyzzy.”')
  for (const odd of ['%22', '%2D%2D', 'or', '%C2%AB%C2%BB', "'%3B"])
    expect((await ada.get(`/search?q=${odd}`)).statusCode).toBe(200)
})
