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
