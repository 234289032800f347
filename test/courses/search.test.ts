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

test('/sources and /rules find by words, say how many, and open what they found', async () => {
  const visitor = (await aWorld({ cast: false })).visitor()
  const linked = (html: string) => html.match(/<li id="/g)?.length ?? 0
  const all = await visitor.get('/sources')
  const revisor = await visitor.get('/sources?q=revisor+statutes')
  expect(linked(revisor.body)).toBeGreaterThan(0)
  expect(linked(revisor.body)).toBeLessThan(linked(all.body))
  expect(revisor.body).toMatch(/<details class="disclosure"[^>]* open>/)
  expect(all.body).not.toMatch(/<details class="disclosure"[^>]* open>/)
  const rules = await visitor.get('/rules?q=leave')
  expect(rules.body.length).toBeLessThan((await visitor.get('/rules')).body.length / 1.5)
  for (const address of ['/sources', '/rules']) {
    const none = await visitor.get(`${address}?q=xyzzy`)
    expect(none.body).toContain('Nothing has “xyzzy.”')
  }
})
