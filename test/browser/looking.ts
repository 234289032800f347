import path from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { accessibilityProblems, desk, type LooksFor, phone } from '#test/support/browser.ts'

/** Called at each page of a journey, with a name for the kind of page. */
export type Look = (kind: string, page: Page) => Promise<void>

const ways = [
  { name: 'phone', size: phone, colorScheme: 'light', looksFor: 'all' },
  { name: 'desk', size: desk, colorScheme: 'light', looksFor: 'layout' },
  { name: 'phone-dark', size: phone, colorScheme: 'dark', looksFor: 'colors' },
] as const

type Way = (typeof ways)[number]['name']

const newMark = 'data-not-checked-yet'

/** Whether a page scrolls sideways, as it is and, on a phone, on the smallest screen and with letters twice as large. */
async function tooWide(page: Page, where: string, isPhone: boolean): Promise<string[]> {
  const measure = () =>
    page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement
      return scrollWidth - clientWidth
    })
  const found = [[where, await measure()] as const]
  if (isPhone) {
    await page.setViewportSize({ ...phone, width: 320 })
    found.push([`${where}, 320 px wide`, await measure()])
    await page.setViewportSize(phone)
    const root = page.locator('html')
    await root.evaluate((html) => {
      html.style.fontSize = '200%'
    })
    found.push([`${where}, text at 200%`, await measure()])
    await root.evaluate((html) => {
      html.style.fontSize = ''
    })
  }
  return found.filter(([, pixels]) => pixels > 0).map(([at, pixels]) => `${at}: ${pixels} px too wide`)
}

const onPhone = { viewport: phone, isMobile: true, hasTouch: true } as const
const withoutScripts = { javaScriptEnabled: false } as const

/** How else a journey goes: in one walk, or with `npm run test:long` in one each. */
export const otherWays: readonly (readonly [string, BrowserContextOptions])[] = process.env.LONG
  ? [
      ['on a phone', onPhone],
      ['without JavaScript', withoutScripts],
    ]
  : [['on a phone without JavaScript', { ...onPhone, ...withoutScripts }]]

/** What was checked at a desk and in dark mode, in this worker: by tag and classes, up to the body. */
const checked = new Map<Way, Set<string>>()

/** Marks the elements of the page that look like none before them, and says whether there are any. */
async function markNew(page: Page, way: Way): Promise<boolean> {
  const before = checked.get(way) ?? new Set()
  checked.set(way, before)
  const found = await page.evaluate(
    ([mark, known]) => {
      const seen = new Set(known)
      const looks = new Map<Element, string>()
      const lookOf = (one: Element): string => {
        const states = ['type', 'aria-current', 'aria-invalid', 'aria-expanded', 'disabled', 'open', 'style']
        const own = states.map((name) => one.getAttribute(name) ?? '').join()
        const parent = one === document.body || !one.parentElement ? '' : looks.get(one.parentElement)
        // As a short hash: thousands of them are sent to the next page.
        const look = `${parent}>${one.localName}.${one.getAttribute('class') ?? ''}${own}`
        let hash = 7
        for (let at = 0; at < look.length; at++) hash = Math.imul(hash ^ look.charCodeAt(at), 16_777_619)
        return (hash >>> 0).toString(36)
      }
      for (const one of document.body.querySelectorAll('*')) {
        const look = lookOf(one)
        looks.set(one, look)
        one.toggleAttribute(mark, !seen.has(look))
        seen.add(look)
      }
      return [...seen].slice(known.length)
    },
    [newMark, [...before]] as const,
  )
  for (const look of found) before.add(look)
  return found.length > 0
}

/**
 * Checks the first page of each kind on a phone and on a desktop, in light and dark mode, or only as named: what
 * axe-core finds, and whether anything scrolls sideways. At a desk only the layout differs and in dark mode only the
 * colors, so after the first page only they are checked again, on elements of a kind that no page had before, and
 * everything with `npm run test:long`. With SCREENSHOTS=<folder> it saves a screenshot of each.
 */
export function looking(only?: readonly Way[]): { look: Look; problems: readonly string[] } {
  const seen = new Set<string>()
  const problems: string[] = []
  return {
    problems,
    look: async (kind, page) => {
      if (seen.has(kind)) return
      seen.add(kind)
      const before = page.viewportSize() ?? desk
      for (const { name, size, colorScheme, looksFor } of ways) {
        if (only && !only.includes(name)) continue
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize(size)
        const isFull = process.env.LONG || seen.size === 1
        const found = await problemsOf(page, name, isFull && looksFor === 'layout' ? 'all' : looksFor)
        problems.push(...found.map((problem) => `${kind}, ${name}: ${problem}`))
        const isPhone = name === 'phone'
        problems.push(...(await tooWide(page, `${kind}, ${name}`, isPhone)))
        const { SCREENSHOTS } = process.env
        if (SCREENSHOTS)
          await page.screenshot({
            path: path.join(SCREENSHOTS, `${kind}-${name}.png`.replace(/[: ]+/g, '-')),
            fullPage: true,
          })
      }
      await page.emulateMedia({ colorScheme: 'light' })
      await page.setViewportSize(before)
    },
  }
}

async function problemsOf(page: Page, way: Way, looksFor: LooksFor): Promise<string[]> {
  if (looksFor === 'all' || process.env.LONG) return accessibilityProblems(page, looksFor)
  return (await markNew(page, way)) ? accessibilityProblems(page, looksFor, `[${newMark}]`) : []
}
