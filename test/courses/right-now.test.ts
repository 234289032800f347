import { expect, test } from 'vitest'
import { aWorld, theCourses } from '#test/support/app.ts'

test('a changed number on a card replaces what phones have kept', async () => {
  const before = await (await aWorld({ cast: false })).visitor().get('/sw.js')
  const courses = theCourses()
  const [card, ...others] = courses.rightNow
  const changed = { ...card!, calls: [{ number: '1-555-0100', who: 'Someone else' }] }
  const world = await aWorld({ cast: false, catalogue: { ...courses, rightNow: [changed, ...others] } })
  const after = await world.visitor().get('/sw.js')
  expect(after.statusCode).toBe(200)
  expect(after.body).not.toBe(before.body)
})

test('each card says what to say, to do, not to do and to report, and its numbers can be called', async () => {
  const { visitor, catalogue } = await aWorld({ cast: false })
  expect(catalogue.rightNow.length).toBeGreaterThanOrEqual(5)
  for (const card of catalogue.rightNow) {
    const page = (await visitor().get(`/right-now/${card.id}`)).body
    for (const part of ['Say', 'Do', 'Call', 'Don’t', 'Report']) expect(page).toContain(`<h2>${part}</h2>`)
    for (const { number } of card.calls)
      if (number) expect(page).toContain(`href="tel:${number.replace(/[^\d+]/g, '')}"`)
    expect(page.includes('Practice advice, not law.')).toBe(card.facts.length === 0)
    expect(page).not.toContain('{{')
  }
  expect((await visitor().get('/right-now/no-such-card')).statusCode).toBe(404)
})

test('the card for each of ten questions is two taps or one search from the front door, in the words of a shift worker', async () => {
  const { visitor, as, catalogue } = await aWorld()
  const cards = catalogue.rightNow.map(({ id }) => `/right-now/${id}`)
  for (const client of [visitor(), await as('ada@northstar.example')]) {
    expect((await client.get('/')).body).toContain('href="/right-now"')
    const { body } = await client.get('/right-now')
    const doors = [...body.matchAll(/class="door" href="([^"]+)"/g)].map(([, href]) => href)
    expect(doors).toEqual(cards)
    const found: Record<string, string | undefined> = {}
    for (const typed of Object.keys(questions)) {
      const results = (await client.get(`/search?q=${encodeURIComponent(typed)}`)).body
      found[typed] = /<p><a href="\/right-now\/([^"]+)"/.exec(results.split('search-results')[1] ?? '')?.[1]
    }
    expect(found).toEqual(questions)
  }
  // A phone that opened one of them has them all without a connection.
  const worker = (await visitor().get('/sw.js')).body
  for (const href of ['/right-now', ...cards]) expect(worker).toContain(`"${href}"`)
})

/** What someone on a shift would type, and the card that they need. */
const questions = {
  'missed curfew': 'did-not-come-back',
  'bed is empty': 'did-not-come-back',
  'ran away': 'did-not-come-back',
  'she is back': 'came-back',
  'man makes her do things': 'told-me',
  'uncle sells': 'told-me',
  'threatening to post nudes': 'saw-online',
  'car outside won’t leave': 'at-the-door',
  'boyfriend in parking lot': 'at-the-door',
  'wants to kill himself': 'about-suicide',
}
