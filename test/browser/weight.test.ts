import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pageTexts } from '#test/certificates/reading.ts'
import { aDevice, aServer, openBrowser, phone, signIn } from '#test/support/browser.ts'
import { personId } from '#test/support/cast.ts'
import { readModule } from '#test/support/taking.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

test('the first view of a lesson with a sort transfers at most 90 KB, each later lesson at most 10 KB; nothing moves, and each printed page says where it is from', {
  timeout: 120_000,
}, async () => {
  const world = await aServer()
  const course = world.catalogue.courses.get('residential-settings')!.current
  const [module] = course.modules
  const ada = await world.as('ada@northstar.example')
  await ada.post(`/courses/${course.slug}/enrollment`)
  await readModule(ada, course, module!)
  const { page, context } = await aDevice(browser, world.address, { viewport: phone })
  await page.addInitScript(watchShifts)
  await signIn(page, 'ada@northstar.example')

  // Signing in filled the cache. Someone who follows a link to a lesson has an empty one.
  const wire = await context.newCDPSession(page)
  await wire.send('Network.enable')
  await wire.send('Network.clearBrowserCache')
  let transferred = 0
  wire.on('Network.loadingFinished', ({ encodedDataLength }) => {
    transferred += encodedDataLength
  })
  const weights: number[] = []
  const withSort = module!.lessons.filter(({ exercises }) =>
    [...exercises.values()].some(({ type }) => type === 'sort'),
  )
  const others = module!.lessons.filter((lesson) => !withSort.includes(lesson))
  for (const { slug } of [...withSort, ...others]) {
    transferred = 0
    await page.goto(`/courses/${course.slug}/${module!.slug}/${slug}`, { waitUntil: 'networkidle' })
    weights.push(transferred)
    const moved = await page.evaluate(() => (globalThis as unknown as { moved: number }).moved)
    expect([slug, moved < 0.005 ? 'nothing moves' : moved]).toEqual([slug, 'nothing moves'])
  }
  const [first, ...later] = weights
  expect(first).toBeGreaterThan(20_000)
  expect(first).toBeLessThanOrEqual(90_000)
  for (const weight of later) expect(weight).toBeLessThanOrEqual(10_000)

  const from = `${course.shortTitle}, module ${module!.number}: ${module!.title}. Version ${course.version}. `
  for (const [address, says] of [
    [`/courses/${course.slug}/${module!.slug}/${withSort[0]!.slug}`, from],
    [`/courses/${course.slug}`, `${course.shortTitle}. Version ${course.version}. `],
  ] as const) {
    await page.goto(address)
    const pages = await pageTexts(Uint8Array.from(await page.pdf({ preferCSSPageSize: true })))
    expect(pages.length).toBeGreaterThan(1)
    for (const text of pages) {
      expect(text.trimStart().slice(0, says.length)).toBe(says)
      expect(text.slice(0, 200)).toMatch(/Version \S+\. [A-Z][a-z]+ \d+, \d{4}, \d+:\d\d [AP]M Central time/)
    }
  }
  // On paper a list to choose from is a line to write on.
  await page.goto(`/courses/${course.slug}/${module!.slug}/${withSort[0]!.slug}`)
  await page.emulateMedia({ media: 'print' })
  const drawn = await page
    .locator('.exercise-pair select')
    .first()
    .evaluate((list) => {
      const { color, borderTopWidth, borderBottomWidth, width } = getComputedStyle(list)
      return { color, borderTopWidth, borderBottomWidth, isWide: Number.parseFloat(width) > 100 }
    })
  const line = { color: 'rgba(0, 0, 0, 0)', borderTopWidth: '0px', borderBottomWidth: '1px', isWide: true }
  expect(drawn).toEqual(line)
  expect(await page.locator('.exercise-places').isVisible()).toBe(true)
  await context.close()
  await world.app.close()
})

test('screen readers get the lesson, a question and My training as in the reviewed trees, also on a slow connection', {
  timeout: 120_000,
}, async () => {
  const world = await aServer({ now: new Date('2026-11-23T18:00:00Z') })
  const course = world.catalogue.courses.get('residential-settings')!.current
  const module = course.modules[0]!
  const at = `/courses/${course.slug}/${module.slug}`
  const ada = await world.as('ada@northstar.example')
  await ada.post(`/courses/${course.slug}/enrollment`)
  await readModule(ada, course, module)
  // The same question each time.
  const { id: enrollment_id } = await world.db
    .selectFrom('enrollments')
    .select('id')
    .where('person_id', '=', await personId(world.db, 'ada@northstar.example'))
    .executeTakeFirstOrThrow()
  const { id: attempt } = await world.db
    .insertInto('attempts')
    .values({
      enrollment_id,
      module: module.slug,
      pass_mark: module.passMark,
      drawn: JSON.stringify(
        [...module.questions.keys()].slice(0, module.draw).map((question) => ({ question, seed: 'same' })),
      ),
    })
    .returning('id')
    .executeTakeFirstOrThrow()

  const { page, context } = await aDevice(browser, world.address, { viewport: phone })
  const wire = await context.newCDPSession(page)
  await wire.send('Network.enable')
  // 400 kbit/s, and 400 ms for each answer.
  const slow = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }
  await wire.send('Network.emulateNetworkConditions', slow)
  await signIn(page, 'ada@northstar.example')
  const trees: Record<string, string> = {
    'my-training': '/',
    lesson: `${at}/${module.lessons[1]!.slug}?ready=yes`,
    question: `/attempts/${attempt}`,
  }
  for (const [name, address] of Object.entries(trees)) {
    await page.goto(address)
    const tree = (await page.locator('main').ariaSnapshot()).replaceAll(attempt, 'attempt')
    await expect(`${tree}\n`).toMatchFileSnapshot(`trees/${name}.yml`)
  }
  // The question is still open: a form that is sent on this connection arrives once, and says at once what is missing.
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await page.getByText('Choose an answer.').waitFor()
  await page.locator('.exercise-choices label').first().click()
  await page.getByRole('button', { name: 'Continue', exact: true }).dblclick()
  await page.getByRole('heading', { level: 1, name: `Question 2 of ${module.draw}` }).waitFor()
  const sent = await world.db.selectFrom('attempt_answers').select('position').execute()
  expect(sent).toEqual([{ position: 0 }])
  await context.close()
  await world.app.close()
})

/** Runs in the page, before its own scripts: how far things moved without anyone's doing (Cumulative Layout Shift). */
function watchShifts(): void {
  const seen = { moved: 0 }
  Object.defineProperty(globalThis, 'moved', { get: () => seen.moved })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, hadRecentInput } = entry as PerformanceEntry & { value: number; hadRecentInput: boolean }
      if (!hadRecentInput) seen.moved += value
    }
  }).observe({ type: 'layout-shift', buffered: true })
}
