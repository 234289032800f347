import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aDevice, aServer, openBrowser, phone, signIn } from '#test/support/browser.ts'
import { personId } from '#test/support/cast.ts'
import { readModule } from '#test/support/taking.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

test('the first view of a lesson transfers at most 90 KB, and each later one at most 15 KB', {
  timeout: 120_000,
}, async () => {
  const world = await aServer()
  const course = world.catalogue.courses.get('residential-settings')!.current
  const [module] = course.modules
  const ada = await world.as('ada@northstar.example')
  await ada.post(`/courses/${course.slug}/enrollment`)
  await readModule(ada, course, module!)
  const { page, context } = await aDevice(browser, world.address, { viewport: phone })
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
  for (const { slug } of module!.lessons) {
    transferred = 0
    await page.goto(`/courses/${course.slug}/${module!.slug}/${slug}`, { waitUntil: 'networkidle' })
    weights.push(transferred)
  }
  const [first, ...later] = weights
  expect(first).toBeGreaterThan(20_000)
  expect(first).toBeLessThanOrEqual(90_000)
  for (const weight of later) expect(weight).toBeLessThanOrEqual(15_000)
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
  await context.close()
  await world.app.close()
})
