import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '#test/support/browser.ts'
import { journey } from './journey.ts'
import { looking } from './looking.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

test('Ada takes all five modules on two devices and gets her certificate, and a visitor verifies it; every page is accessible on a phone and on a desktop', {
  timeout: 480_000,
}, async () => {
  const { look, problems } = looking()
  await journey(browser, { javaScriptEnabled: true, look })
  expect(problems).toEqual([])
})
