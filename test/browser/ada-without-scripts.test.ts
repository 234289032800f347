import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { openBrowser } from '#test/support/browser.ts'
import { journey } from './journey.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

test('Ada takes the course and gets her certificate without JavaScript', { timeout: 480_000 }, () =>
  journey(browser, { javaScriptEnabled: false, look: async () => {} }),
)
