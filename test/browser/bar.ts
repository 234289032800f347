import type { Page } from 'playwright-core'
import { desk, phone } from '#test/support/browser.ts'

const screens = [
  { name: 'desk', size: desk, letters: '' },
  { name: 'phone', size: phone, letters: '' },
  { name: '320 px wide, text at 200%', size: { width: 320, height: 700 }, letters: '200%' },
  // So low that Support and the quick exit have a line of their own at the bottom.
  { name: '320 px wide and low, text at 200%', size: { width: 320, height: 400 }, letters: '200%' },
]

/** Whether parts of the bar overlap, and whether Support and the quick exit are in sight at the end of the page. */
export async function barProblems(page: Page, where: string): Promise<string[]> {
  const before = page.viewportSize() ?? desk
  const problems: string[] = []
  for (const { name, size, letters } of screens) {
    await page.setViewportSize(size)
    const found = await page.evaluate(lookAtBar, letters)
    problems.push(...found.map((problem) => `${where}, ${name}: ${problem}`))
  }
  await page.setViewportSize(before)
  return problems
}

/** Runs in the page. */
function lookAtBar(letters: string): string[] {
  const html = document.documentElement
  html.style.fontSize = letters
  scrollTo({ top: html.scrollHeight, behavior: 'instant' })
  const parts = [
    ...document.querySelectorAll<HTMLElement>(
      '.site-name, .site-menu > summary, .site-nav > a, .site-nav-account > *, .site-support, .quick-exit, .lesson-bar-where, .bar-menu > summary',
    ),
  ]
    .filter((part) => part.checkVisibility())
    .map((part) => ({ part, box: part.getBoundingClientRect() }))
  const problems: string[] = []
  for (const [at, one] of parts.entries())
    for (const other of parts.slice(at + 1)) {
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left)
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top)
      if (across > 1 && down > 1)
        problems.push(`“${one.part.textContent.trim()}” and “${other.part.textContent.trim()}” overlap`)
    }
  for (const { part, box } of parts) {
    if (!part.matches('.site-support, .quick-exit')) continue
    const isInside = box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight
    const drawn = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    if (!isInside || !part.contains(drawn)) problems.push(`“${part.textContent}” is not in sight at the end`)
    if (part.scrollWidth > part.clientWidth) problems.push(`“${part.textContent}” is cut off`)
  }
  const last = document.querySelector('.site-footer p:last-of-type')?.getBoundingClientRect().bottom ?? 0
  const lowest = parts.find(({ part }) => part.matches('.quick-exit'))?.box.top ?? 0
  if (lowest > innerHeight / 2 && last > lowest + 1) problems.push('the bar covers the end of the page')
  html.style.fontSize = ''
  scrollTo({ top: 0, behavior: 'instant' })
  return problems
}
