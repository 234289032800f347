import path from 'node:path'
import type { Page } from 'playwright-core'
import { accessibilityProblems, desk, phone } from '#test/support/browser.ts'

/** Called at each page of a journey, with a name for the kind of page. */
export type Look = (kind: string, page: Page) => Promise<void>

const ways = [
  { name: 'phone', size: phone, colorScheme: 'light', looksFor: 'all' },
  { name: 'desk', size: desk, colorScheme: 'light', looksFor: 'layout' },
  { name: 'phone-dark', size: phone, colorScheme: 'dark', looksFor: 'colors' },
] as const

type Way = (typeof ways)[number]['name']

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

/**
 * Checks the first page of each kind on a phone and on a desktop, in light and dark mode, or only as named: what
 * axe-core finds, and whether anything scrolls sideways. At a desk only the layout differs and in dark mode only the
 * colors, so after the first page only they are checked again, and everything with `npm run test:long`. With
 * SCREENSHOTS=<folder> it saves a screenshot of each.
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
        const found = await accessibilityProblems(page, isFull && looksFor === 'layout' ? 'all' : looksFor)
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
