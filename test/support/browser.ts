import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import { demoPassword } from '#server/demo/cast.ts'
import { aWorld, config, type World, type WorldOptions } from './app.ts'
import { findChromium } from './chromium.ts'

/** A phone and a desk, as the pages are made for them. */
export const phone = { width: 390, height: 844 }
export const desk = { width: 1280, height: 900 }

const quiet = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]

/** A browser of the test's own; close it when the tests are done. */
export function openBrowser(): Promise<Browser> {
  const { executablePath, env } = findChromium()
  return chromium.launch({
    executablePath,
    args: quiet,
    env: { ...process.env, ...env } as Record<string, string>,
  })
}

export type Served = World & Readonly<{ address: string }>

/** The whole service, listening on a free port, for a browser to visit. */
export async function aServer(options: WorldOptions = {}, host = '127.0.0.1'): Promise<Served> {
  const port = await freePort()
  const address = `http://${host}:${port}`
  const world = await aWorld({
    ...options,
    config: { ...(options.config ?? config), port, baseUrl: address },
  })
  await world.app.listen({ host: '127.0.0.1', port })
  return { ...world, address }
}

/** A port below those that the system gives out by itself, so that no other connection takes it in between. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

export type Device = Readonly<{
  page: Page
  context: BrowserContext
  /** What no page should cause: messages on the console, blocked parts, failed answers, requests to other places. */
  complaints: readonly string[]
}>

/** A device with its own cookies, no one signed in, and a list of console and network errors. */
export async function aDevice(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Device> {
  const context = await browser.newContext({
    baseURL: address,
    viewport: desk,
    locale: 'en-US',
    timezoneId: 'America/Chicago',
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(10_000)
  const complaints: string[] = []
  const at = () => new URL(page.url()).pathname
  context.on('console', (message) => {
    // On a busy machine a typeface can come too late for the page that preloads it (static/styles/_fonts.scss).
    if (/\.woff2 was preloaded using link preload but not used/.test(message.text())) return
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${at()}: ${message.text()}`)
  })
  context.on('weberror', (error) => complaints.push(`${at()}: ${error.error().message}`))
  context.on('request', (request) => {
    if (!request.url().startsWith(`${address}/`)) complaints.push(`${at()}: asked ${request.url()}`)
  })
  context.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${at()}: ${response.status()} from ${response.url()}`)
  })
  const page = await context.newPage()
  return { page, context, complaints }
}

/** Signs a member of the cast in through the page, and ends where the page then leads. */
export async function signIn(page: Page, email: string): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(demoPassword)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((url) => url.pathname !== '/sign-in')
}

const axe = readFileSync(path.join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8')

type Axe = {
  run(within: string, options: { runOnly: Rules; resultTypes: readonly ['violations'] }): Promise<AxeResults>
}
type Rules = readonly string[] | { type: 'rule'; values: readonly string[] }
type AxeResults = {
  violations: { id: string; help: string; nodes: { target: string[]; failureSummary: string }[] }[]
}

const rule = (...values: string[]): Rules => ({ type: 'rule', values })

/** What axe-core looks for: all of WCAG 2.2 AA and best practice, or what a page in another size or color can change. */
const rules = {
  all: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  layout: rule('target-size', 'scrollable-region-focusable'),
  colors: rule('color-contrast', 'link-in-text-block'),
} satisfies Record<string, Rules>

export type LooksFor = keyof typeof rules

/** axe-core's violations on the current page, or in these parts of it, one line per element. */
export async function accessibilityProblems(
  page: Page,
  looksFor: LooksFor = 'all',
  within = ':root',
): Promise<string[]> {
  // Sent once a document: it is half a megabyte to parse.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe)
  // What lies under the bar on a page that was scrolled is not too small.
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }))
  // Only what was found comes back: a long page passes in thousands of places.
  const violations = await page.evaluate(
    async ([parts, runOnly]) => {
      const { axe } = globalThis as unknown as { axe: Axe }
      return (await axe.run(parts, { runOnly, resultTypes: ['violations'] })).violations
    },
    [within, rules[looksFor] as Rules] as const,
  )
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${new URL(page.url()).pathname} ${id}: ${help} – ${target} – ${failureSummary}`,
    ),
  )
}
