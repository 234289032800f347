import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ExerciseType } from '#server/courses/catalogue/question-types.ts'
import { aDevice, aServer, openBrowser, phone, type Served, signIn } from '#test/support/browser.ts'
import { personId } from '#test/support/cast.ts'
import { openedIn, readLesson } from '#test/support/taking.ts'

// A page comes to its place again once everything on it has loaded.
const patient = { timeout: 10_000 }

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
  await expect.poll(async () => Math.abs((await place()) - before), patient).toBeLessThan(24)
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
  await drag(page, page.locator('.arrange-place').first())
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

test('matching and ordering work by tap, drag and keyboard, say each step, and keep what was chosen; a voice reads questions and choices', {
  timeout: 120_000,
}, async () => {
  const world = await aServer()
  const attempt = await anAttempt(world, ['match', 'order'])
  const { page, context, complaints } = await aDevice(browser, world.address, {
    viewport: phone,
    hasTouch: true,
  })
  await page.addInitScript(aVoice)
  await signIn(page, 'ada@northstar.example')
  await page.goto(`/attempts/${attempt}`)
  const left = page.locator('.arrange-cards .arrange-card')
  const places = page.locator('.arrange-place')
  const says = (text: RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor()
  const cont = page.getByRole('button', { name: 'Continue', exact: true })
  const many = await left.count()
  const [card, place] = [await left.first().innerText(), await places.first().innerText()]

  await page.locator('.bar-tools summary').tap()
  await page.getByRole('button', { name: 'Read aloud' }).tap()
  const said = () => page.evaluate(() => (globalThis as unknown as { said: string[] }).said.join(' '))
  await expect.poll(said, patient).toContain('Guessing')
  await page.getByRole('region', { name: 'Read aloud' }).waitFor({ state: 'detached' })
  for (const once of [card, place]) expect((await said()).split(once)).toHaveLength(2)

  await left.first().tap()
  await says(/: picked\. Choose where it goes\.$/)
  await page
    .getByRole('button', { name: /^Place it here/ })
    .first()
    .tap()
  await says(new RegExp(`: ${place}\\. ${many - 1} left\\.$`))
  expect(await smallTargets(page, '.arrange button')).toEqual([])
  await drag(page, places.nth(1))
  await says(new RegExp(`${many - 2} left\\.$`))
  await page
    .getByRole('button', { name: /^Take out/ })
    .first()
    .tap()
  await says(/taken out/)

  // Support comes back to the same place with what was chosen.
  await page.getByText('I think so').tap()
  const height = async () => Math.round((await cont.boundingBox())!.y)
  await cont.scrollIntoViewIfNeeded()
  const before = await height()
  // A tap would first scroll to where the bar is without being sticky.
  const support = page.getByRole('banner').getByRole('link', { name: 'Support' })
  await support.evaluate((link) => (link as HTMLElement).click())
  await page.getByRole('link', { name: 'Back to where you were' }).tap()
  await expect.poll(async () => Math.abs((await height()) - before), patient).toBeLessThan(24)
  expect(await page.getByLabel('I think so').isChecked()).toBe(true)
  expect(await left.count()).toBe(many - 1)
  for (let count = many - 1; count > 0; count--) {
    await left.first().focus()
    await page.keyboard.press('ArrowDown')
    await says(new RegExp(`${count - 1} left\\.$`))
  }
  await cont.tap()

  await page.getByRole('heading', { level: 1, name: 'Question 2 of 2' }).waitFor()
  await cont.tap()
  await page.getByText('None of the lines has been moved yet.').waitFor()
  await page.locator('.exercise-ask:focus').waitFor()
  await page
    .getByRole('button', { name: /^Move down/ })
    .first()
    .tap()
  await says(/: Place 2\.$/)
  await page.keyboard.press('ArrowUp')
  await says(/: Place 1\.$/)
  await drag(page, page.locator('.arrange-order li').nth(2), '.arrange-order')
  await says(/: Place 3\.$/)
  expect(await smallTargets(page, '.arrange button')).toEqual([])
  // Going back shows where the attempt is now, not the question that was answered.
  await page.goBack()
  await page.getByRole('heading', { level: 1, name: 'Question 2 of 2' }).waitFor()
  await page
    .getByRole('button', { name: /^Move down/ })
    .first()
    .tap()
  await cont.tap()
  await page.getByRole('heading', { name: 'Your answers, and why' }).waitFor()
  expect(complaints.filter((one) => !one.includes('422'))).toEqual([])
  await context.close()

  const mai = await aDevice(browser, world.address, { viewport: phone })
  await signIn(mai.page, 'mai@northstar.example')
  expect(await smallTargets(mai.page, 'a:is([href^="/certificates/"], [href="/transcript.pdf"])')).toEqual([])
  await mai.context.close()
  await world.app.close()
})

test('reading settings work without scripts, from the first byte of each page', {
  timeout: 60_000,
}, async () => {
  const world = await aServer()
  const { page, context } = await aDevice(browser, world.address, {
    javaScriptEnabled: false,
    viewport: phone,
    reducedMotion: 'no-preference',
  })
  await page.goto('/reading-settings')
  const look = () =>
    page.evaluate(() => {
      const [html, main] = [document.documentElement, document.querySelector('main')!].map((one) =>
        getComputedStyle(one),
      )
      const { backgroundColor, fontFamily } = getComputedStyle(document.body)
      const { fontSize } = html!
      return { fontSize, letterSpacing: main!.letterSpacing, backgroundColor, fontFamily }
    })
  const usual = await look()
  for (const choice of ['Largest', 'Widest', 'Atkinson', 'Dark', 'Less motion'])
    await page.getByText(choice, { exact: true }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved. This page').waitFor()
  const chosen = await look()
  expect(Number.parseFloat(chosen.fontSize)).toBeGreaterThan(Number.parseFloat(usual.fontSize) * 1.3)
  expect(Number.parseFloat(chosen.letterSpacing)).toBeGreaterThan(0)
  expect(chosen.backgroundColor).toBe('rgb(16, 23, 30)')
  expect(await page.locator('html[data-motion=less]').count()).toBe(1)
  expect(chosen.fontFamily).toMatch(/^"?Atkinson Hyperlegible/)
  await context.close()
  await world.app.close()
})

/** An open attempt of Ada's that asks the first question of each of these types. */
async function anAttempt({ db, catalogue, as }: Served, types: readonly ExerciseType[]): Promise<string> {
  const course = catalogue.courses.get('residential-settings')!.current
  await (await as('ada@northstar.example')).post(`/courses/${course.slug}/enrollment`)
  const module = course.modules.find(({ questions }) =>
    types.every((type) => [...questions.values()].some((one) => one.type === type)),
  )!
  const drawn = types.map((type) => ({
    question: [...module.questions.values()].find((one) => one.type === type)!.id,
    seed: 'same',
  }))
  const { id: enrollment_id } = await db
    .selectFrom('enrollments')
    .select('id')
    .where('person_id', '=', await personId(db, 'ada@northstar.example'))
    .executeTakeFirstOrThrow()
  const { id } = await db
    .insertInto('attempts')
    .values({
      enrollment_id,
      module: module.slug,
      pass_mark: module.passMark,
      drawn: JSON.stringify(drawn),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** What is lower or narrower than 44 px. */
const smallTargets = (page: Page, selector: string) =>
  page.locator(selector).evaluateAll((all) => {
    if (all.length === 0) return ['nothing was found']
    return all
      .map((one) => ({ one, box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.height < 44 || box.width < 44)
      .map(({ one, box }) => `${one.textContent}: ${box.width} × ${box.height}`)
  })

/** Drags the first line by its grip to another place, as a mouse does. */
async function drag(page: Page, place: Locator, within = '.arrange-cards'): Promise<void> {
  const grip = page.locator(`${within} .arrange-grip`).first()
  await grip.scrollIntoViewIfNeeded()
  const from = (await grip.boundingBox())!
  const to = (await place.boundingBox())!
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
