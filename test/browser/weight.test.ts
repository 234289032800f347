import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aDevice, aServer, openBrowser, phone, signIn } from '#test/support/browser.ts'
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
