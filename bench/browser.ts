/** `npm run bench:browser`: what a lesson weighs and how soon it is there, in Chromium as a phone on a slow connection. */
import { availableParallelism, loadavg } from 'node:os'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { withService } from '#test/browser/own-service.ts'
import { aDevice, openBrowser, phone, signIn } from '#test/support/browser.ts'
import { median } from './load.ts'

const rounds = 5
// Lighthouse's slow 4G.
const slow = { offline: false, latency: 150, downloadThroughput: 204_800, uploadThroughput: 96_000 }
const course = '/courses/residential-settings'
const lessons = ['why-this-training', 'what-the-words-mean', 'safe-harbor-no-wrong-door'].map(
  (slug) => `${course}/law-words-role/${slug}?ready=yes`,
)

type View = Readonly<{ bytes: number; html: number; scripts: number; lcp: number; cls: number }>

const browser = await openBrowser()
try {
  await withService({ SECOND_FACTOR: 'optional' }, async (address) => {
    const firsts: View[] = []
    const laters: View[] = []
    const presses: number[] = []
    for (let round = 0; round < rounds; round++) {
      const { first, later, press } = await aVisit(browser, address)
      firsts.push(first)
      laters.push(later)
      presses.push(press)
    }
    const of = (views: readonly View[], what: keyof View) => median(views.map((view) => view[what]))
    const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`
    console.log(`
${availableParallelism()} cores (load ${loadavg()[0]!.toFixed(1)}), Chromium ${browser.version()}, 390 px, slow 4G, the median of ${rounds}

first view of a lesson    ${kb(of(firsts, 'bytes'))}, its HTML ${kb(of(firsts, 'html'))}, its scripts ${kb(of(firsts, 'scripts'))}
later view                ${kb(of(laters, 'bytes'))}
largest contentful paint  ${of(firsts, 'lcp').toFixed(0)} ms, later ${of(laters, 'lcp').toFixed(0)} ms
layout shift              ${of(firsts, 'cls').toFixed(3)}, later ${of(laters, 'cls').toFixed(3)}
longest interaction       ${median(presses).toFixed(0)} ms`)
  })
} finally {
  await browser.close()
}

/** Someone signs in, comes to a lesson with an empty cache, uses it, and reads on. */
async function aVisit(browser: Browser, address: string) {
  const { page, context } = await aDevice(browser, address, { viewport: phone, hasTouch: true })
  await page.addInitScript(watch)
  await signIn(page, 'ada@northstar.example')
  await page.goto(course)
  const begin = page.getByRole('button', { name: 'Begin' })
  if (await begin.count()) await begin.click()
  // The first lesson is read, so that the second is open.
  await page.goto(lessons[0]!)
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await page.waitForURL((url) => !url.pathname.includes('why-this-training'))
  const wire = await context.newCDPSession(page)
  await wire.send('Network.enable')
  await wire.send('Network.clearBrowserCache')
  await wire.send('Network.emulateNetworkConditions', slow)
  const first = await view(page, wire, lessons[1]!)
  const press = await longestPress(page)
  const later = await view(page, wire, lessons[0]!)
  await context.close()
  return { first, later, press }
}

async function view(page: Page, wire: CDPSession, url: string): Promise<View> {
  const sizes = new Map<string, number>()
  const types = new Map<string, string>()
  const arrived = ({ requestId, encodedDataLength }: { requestId: string; encodedDataLength: number }) =>
    sizes.set(requestId, encodedDataLength)
  const answered = ({ requestId, type }: { requestId: string; type: string }) => types.set(requestId, type)
  wire.on('Network.loadingFinished', arrived)
  wire.on('Network.responseReceived', answered)
  await page.goto(url, { waitUntil: 'networkidle' })
  wire.off('Network.loadingFinished', arrived)
  wire.off('Network.responseReceived', answered)
  const sum = (type?: string) =>
    [...sizes].reduce((all, [id, size]) => (type && types.get(id) !== type ? all : all + size), 0)
  const { lcp, cls } = await page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen)
  return { bytes: sum(), html: sum('Document'), scripts: sum('Script'), lcp, cls }
}

/** A menu, a chosen card and a place for it: the longest time from a tap to the next picture. */
async function longestPress(page: Page): Promise<number> {
  await page.locator('.bar-contents summary').tap()
  await page.locator('.bar-contents summary').tap()
  await page.locator('.bar-tools summary').tap()
  await page.locator('.bar-tools summary').tap()
  await page.locator('.arrange-cards .arrange-card').first().tap()
  await page
    .getByRole('button', { name: /^Place it here/ })
    .first()
    .tap()
  await page.waitForTimeout(500)
  return page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen.press)
}

type Seen = { lcp: number; cls: number; press: number }

/** Runs in the page, before its own scripts. */
function watch(): void {
  const seen: Seen = { lcp: 0, cls: 0, press: 0 }
  Object.assign(globalThis, { seen })
  const observe = (type: string, take: (entry: PerformanceEntry) => void, more = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({
      type,
      buffered: true,
      ...more,
    })
  observe('largest-contentful-paint', ({ startTime }) => {
    seen.lcp = startTime
  })
  observe('layout-shift', (entry) => {
    const { value, hadRecentInput } = entry as PerformanceEntry & { value: number; hadRecentInput: boolean }
    if (!hadRecentInput) seen.cls += value
  })
  const presses = (entry: PerformanceEntry) => {
    if ((entry as PerformanceEntry & { interactionId: number }).interactionId)
      seen.press = Math.max(seen.press, entry.duration)
  }
  observe('event', presses, { durationThreshold: 16 })
}
