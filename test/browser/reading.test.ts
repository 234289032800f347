import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aDevice, aServer, openBrowser, phone, signIn } from '#test/support/browser.ts'
import { openedIn, readLesson } from '#test/support/taking.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

test('on a phone, a lesson keeps its place, a pause comes back to it, lines are sorted by touch, and a voice reads', {
  timeout: 120_000,
}, async () => {
  const world = await aServer()
  const course = world.catalogue.courses.get('residential-settings')!.current
  const [module] = course.modules
  const [first, second] = module!.lessons
  const at = (slug: string) => `/courses/${course.slug}/${module!.slug}/${slug}`
  const ada = await world.as('ada@northstar.example')
  await ada.post(`/courses/${course.slug}/enrollment`)
  await readLesson(ada, at(first!.slug))
  const { page, context, complaints } = await aDevice(browser, world.address, {
    viewport: phone,
    hasTouch: true,
  })
  await page.addInitScript(aVoice)
  await signIn(page, 'ada@northstar.example')

  await page.goto(at(second!.slug))
  await page.evaluate(() => document.querySelector('.lesson-text > :nth-child(6)')!.scrollIntoView())
  await page.waitForFunction(
    () => Number(document.querySelector<HTMLElement>('[data-keep]')!.dataset.paragraph) > 2,
  )

  // A pause comes back to the same place, with what was chosen.
  const form = page.locator('form:has([data-arrange=sort])')
  const cards = form.locator('.arrange-cards .arrange-card')
  const many = await cards.count()
  await cards.first().tap()
  await form
    .getByRole('button', { name: /^Place it here/ })
    .first()
    .tap()
  expect(await cards.count()).toBe(many - 1)
  const place = async () => Math.round((await form.boundingBox())!.y)
  await page.locator('.bar-tools summary').tap()
  const before = await place()
  await page.getByRole('link', { name: 'Take a pause' }).tap()
  await page.getByRole('heading', { name: 'You’re paused' }).waitFor()
  await page.getByRole('link', { name: 'Back to where you were' }).tap()
  await form.waitFor()
  await expect.poll(async () => Math.abs((await place()) - before)).toBeLessThan(24)
  expect(await cards.count()).toBe(many - 1)

  // An incomplete answer keeps what was placed and leads to the line that is missing.
  await form.locator('.exercise-stem').tap()
  await page.waitForFunction(() => 'htmx' in globalThis)
  await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }))
  await form.getByRole('button', { name: 'See the result' }).tap()
  await form.getByRole('link', { name: /^Go to/ }).tap()
  await page.waitForFunction(() => document.activeElement!.matches('.arrange-cards .arrange-card'))
  expect(await cards.count()).toBe(many - 1)
  expect(await page.evaluate(() => 'isSamePage' in globalThis)).toBe(true)
  await page.keyboard.press('ArrowDown')
  expect(await form.getByRole('status').textContent()).toContain(`${many - 2} left.`)
  await drag(page)
  expect(await cards.count()).toBe(many - 3)

  // Back on another day: the text begins above 320 px, and one tap leads to the place.
  const { body } = await ada.get(at(second!.slug))
  await ada.post(`${at(second!.slug)}/time`, { opened: openedIn(body), seconds: '30', paragraph: '5' })
  await page.goto(at(second!.slug))
  const start = () =>
    page.evaluate(() => document.querySelector('.lesson-head + *')!.getBoundingClientRect().top)
  expect(await start()).toBeLessThan(320)
  await page.getByRole('button', { name: 'Go to where you stopped' }).tap()
  await page.waitForFunction(() => scrollY > 300)

  // A finger selects words with the system's own handles: the page hears only that the selection changed.
  await page
    .locator('.lesson-text p:visible')
    .nth(3)
    .evaluate((line) => getSelection()!.selectAllChildren(line))
  await page.getByRole('region', { name: 'Highlight' }).getByRole('button', { name: 'Highlight' }).tap()
  await page.getByText('Highlighted. It’s under “Notes.”').waitFor()
  expect(await world.db.selectFrom('lesson_highlights').select('quote').execute()).toHaveLength(1)
  await page.getByRole('button', { name: 'Close' }).tap()

  await page.locator('.bar-tools summary').tap()
  await page.getByRole('button', { name: 'Read aloud' }).tap()
  await page.getByLabel('Speed').selectOption('1.5')
  await page.getByRole('button', { name: 'Pause' }).tap()
  const said = await page.evaluate(() => (globalThis as unknown as { said: string[] }).said)
  expect(said.length).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Stop', exact: true }).tap()
  expect(await page.evaluate(() => localStorage.getItem('read-aloud-speed'))).toBe('1.5')

  await page.goto('/reading-settings')
  await page.getByText('Dark', { exact: true }).tap()
  await page.getByRole('button', { name: 'Save' }).tap()
  await page.getByText('Saved. This page').waitFor()
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(16, 23, 30)')
  expect(complaints).toEqual([])
  await context.close()
  await world.app.close()
})

/** Drags the first line that has no place into the last place, as a mouse does. */
async function drag(page: Page): Promise<void> {
  const grip = page.locator('.arrange-cards .arrange-grip').first()
  await grip.scrollIntoViewIfNeeded()
  const from = (await grip.boundingBox())!
  const to = (await page.locator('.arrange-place').first().boundingBox())!
  await page.mouse.move(from.x + 6, from.y + 6)
  await page.mouse.down()
  await page.mouse.move(from.x + 30, from.y + 30)
  await page.mouse.move(to.x + 20, to.y + 12, { steps: 4 })
  await page.mouse.up()
}

/** Runs in the page: this browser has no voice of its own. */
function aVoice(): void {
  const said: string[] = []
  Object.assign(globalThis, { said })
  Object.defineProperty(globalThis, 'speechSynthesis', {
    value: {
      getVoices: () => [{ lang: 'en-US' }],
      addEventListener: () => {},
      cancel: () => {},
      speak: (utterance: SpeechSynthesisUtterance) => {
        said.push(utterance.text)
        setTimeout(() => utterance.onend?.(new Event('end') as SpeechSynthesisEvent), 50)
      },
    },
  })
}
