import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoPassword } from '#server/demo/cast.ts'
import { aDevice, aServer, openBrowser, type Served, signIn } from '#test/support/browser.ts'
import { openedIn } from '#test/support/taking.ts'

let browser: Browser
let world: Served
beforeAll(async () => {
  browser = await openBrowser()
  world = await aServer()
})
afterAll(async () => {
  await browser.close()
  await world.app.close()
})

test('signing in and answering a question works without a mouse, and the focus is always visible', {
  timeout: 240_000,
}, async () => {
  const course = world.catalogue.courses.get('residential-settings')!.current
  const module = course.modules[0]!
  const [first, second] = module.lessons
  const { page, context, complaints } = await aDevice(browser, world.address)

  await page.goto('/sign-in')
  await tabTo(page, 'Skip to the main content')
  await page.keyboard.press('Enter')
  await tabTo(page, 'Email')
  await page.keyboard.type('ada@northstar.example')
  await tabTo(page, 'Password')
  await page.keyboard.type(demoPassword)
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === '/')
  await press(page, 'Begin')
  await page.waitForURL(`**/${first!.slug}`)
  await page.getByText(first!.purpose).waitFor()
  await tryFirstExercise(page)
  await press(page, 'Continue')
  await page.waitForURL(`**/${second!.slug}`)

  const headers = { 'sec-fetch-site': 'same-origin', 'idempotency-key': crypto.randomUUID() }
  for (const { slug } of module.lessons) {
    const path = `/courses/${course.slug}/${module.slug}/${slug}`
    const lesson = await page.request.get(`${path}?ready=yes`)
    const form = { opened: openedIn(await lesson.text()) }
    await page.request.post(`${path}/finished`, { headers, form })
  }
  await page.goto(`/courses/${course.slug}`)
  await press(page, 'Continue')
  await page.waitForURL('**/assessment')
  await press(page, 'Begin')
  const asked = page.locator('input[name=position][value="0"] + input[name=step][value="0"]')
  await asked.waitFor({ state: 'attached' })
  await answer(page, '#answer')
  await press(page, 'Continue')
  await asked.waitFor({ state: 'detached' })

  expect(complaints).toEqual([])
  await context.close()
})

test('each page of the console is reached with Tab and Enter, and so is everything on it', {
  timeout: 240_000,
}, async () => {
  const { page, context, complaints } = await aDevice(browser, world.address)
  await signIn(page, 'kit@system.example')
  expect([await headerTabbed(page), await page.evaluate(outOfPlace, false)]).toEqual([[], []])
  const tabs = page.getByRole('navigation', { name: 'Console' }).getByRole('link')
  const pages = await tabs.evaluateAll((links) => links.map((link) => link.getAttribute('href')!))
  expect(pages.length).toBeGreaterThan(9)
  for (const href of pages) {
    await pressLink(page, `[aria-label=Console] a[href="${href}"]`)
    await page.waitForURL(`**${href}`)
    expect([href, await tabThrough(page)]).toEqual([href, []])
  }
  await pressLink(page, '[aria-label=Console] a[href="/admin/people"]')
  await page.waitForURL('**/admin/people')
  await press(page, 'Invite someone')
  await page.waitForURL('**/admin/people/new')
  await tabTo(page, 'Name')
  await page.keyboard.type('Robin Root')
  await page.keyboard.press('Enter')
  // The errors take the focus, and the first one leads to its field.
  await page.locator('.error-summary:focus').waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.locator('#email:focus').waitFor()
  expect(complaints.filter((complaint) => !/\b422\b/.test(complaint))).toEqual([])
  await context.close()
})

/** What Tab comes to in the header only after something that is below it or to its right. */
async function headerTabbed(page: Page): Promise<readonly string[]> {
  await page.evaluate(() => {
    for (const element of document.querySelectorAll('[data-tabbed]')) element.removeAttribute('data-tabbed')
    document.querySelector<HTMLElement>('.usa-skipnav')!.focus()
  })
  let tabbed = 0
  do await page.keyboard.press('Tab')
  while (await page.evaluate(markInHeader, tabbed++))
  expect(tabbed).toBeGreaterThan(4)
  return page.evaluate(outOfPlace, true)
}

async function pressLink(page: Page, link: string): Promise<void> {
  await tabUntil(page, () => page.evaluate((one) => document.activeElement!.matches(one), link), link)
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
}

/** What Tab never came to on this page, from its top to its end. */
async function tabThrough(page: Page): Promise<readonly string[]> {
  const wanted = await page.evaluate(markReachable)
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  for (let pressed = 0; pressed <= wanted + 20; pressed++) {
    await page.keyboard.press('Tab')
    const unseen = await page.evaluate(whyUnseen)
    if (unseen) throw new Error(`${new URL(page.url()).pathname}: ${unseen}`)
    if (await page.evaluate(checkOff)) return []
  }
  return page.locator('[data-unreached]').allTextContents()
}

/** A scenario: each step replaces the one before and takes the focus. */
async function tryFirstExercise(page: Page): Promise<void> {
  const feedback = page.locator('.exercise-feedback-title')
  for (let steps = 0; steps < 6 && (await feedback.count()) === 0; steps++) {
    await answer(page, '.exercise')
    await press(page, 'Next step')
    await page.locator('.exercise [autofocus]:focus').waitFor()
  }
  await feedback.waitFor()
}

/** Completes a question of any type, not always correctly. */
async function answer(page: Page, within: string): Promise<void> {
  const arrange = page.locator(`${within} .arrange`)
  if ((await arrange.count()) > 0) {
    const left = arrange.locator('.arrange-cards .arrange-card')
    const isCard = () =>
      page.evaluate(() =>
        document.activeElement!.matches('.arrange-cards .arrange-card, .arrange-order .arrange-card'),
      )
    do {
      await tabUntil(page, isCard)
      await page.keyboard.press('ArrowDown')
    } while ((await left.count()) > 0)
    return
  }
  await tabUntil(page, () =>
    page.evaluate((form) => document.activeElement!.matches(`${form} input`), within),
  )
  await page.keyboard.press('Space')
}

async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, name)
  await page.keyboard.press('Enter')
}

const tabTo = (page: Page, name: string) =>
  tabUntil(page, async () => (await page.evaluate(nameOfFocused)) === name, name)

async function tabUntil(page: Page, isThere: () => Promise<boolean>, name = 'the field'): Promise<void> {
  for (let pressed = 0; pressed < 120; pressed++) {
    await page.keyboard.press('Tab')
    const unseen = await page.evaluate(whyUnseen)
    if (unseen) throw new Error(`${new URL(page.url()).pathname}: ${unseen}`)
    if (await isThere()) return
  }
  throw new Error(`${new URL(page.url()).pathname}: Tab never came to ${name}.`)
}

// These functions run in the page.

/** Marks everything that can be worked: links, buttons, fields. Of radio buttons, Tab comes to one of each group. */
function markReachable(): number {
  const found = [
    ...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary'),
  ]
  const shown = found.filter(
    (element) =>
      element.checkVisibility({ visibilityProperty: true }) &&
      !element.matches('[type=hidden], [type=radio], :disabled, [tabindex="-1"]'),
  )
  for (const element of shown) element.dataset.unreached = ''
  return shown.length
}

/** Takes the mark off what has the focus; true when nothing is marked any more. */
function checkOff(): boolean {
  delete (document.activeElement as HTMLElement).dataset.unreached
  return document.querySelector('[data-unreached]') === null
}

/** Numbers what has the focus, if it is in the header. */
function markInHeader(at: number): boolean {
  const focused = document.activeElement as HTMLElement
  if (!focused.closest('.site-header')) return false
  focused.dataset.tabbed = String(at)
  return true
}

/** What follows something in the header that is below it or to its right: as Tab came to it, or in the page's source. */
function outOfPlace(asTabbed: boolean): readonly string[] {
  const reached = [...document.querySelectorAll<HTMLElement>('.site-header [data-tabbed]')]
  if (asTabbed) reached.sort((a, b) => Number(a.dataset.tabbed) - Number(b.dataset.tabbed))
  const places = reached.map((element) => ({ element, box: element.getBoundingClientRect() }))
  return places.flatMap(({ element, box }, at) => {
    const before = places[at - 1]
    const isBefore =
      before &&
      (box.bottom <= before.box.top || (box.top < before.box.bottom && box.right <= before.box.left))
    return isBefore ? [`${element.textContent!.trim()} after ${before.element.textContent!.trim()}`] : []
  })
}

function nameOfFocused(): string {
  const element = document.activeElement as HTMLInputElement
  return (element.labels?.[0] ?? element).textContent!.trim()
}

/** Why the focus isn't visible, if it isn't: it must be drawn and on the screen. */
function whyUnseen(): string | null {
  const element = document.activeElement as HTMLInputElement
  if (element === document.body) return null
  const name = `${element.tagName} ${element.textContent!.trim().slice(0, 40)} ${element.id}`
  const shown =
    element.labels?.[0] && element.matches('[type=radio], [type=checkbox]') ? element.labels[0] : element
  const styles = [getComputedStyle(shown), getComputedStyle(shown, '::before'), getComputedStyle(element)]
  if (styles.every(({ outlineStyle, outlineWidth }) => outlineStyle === 'none' || outlineWidth === '0px'))
    return `nothing is drawn around ${name}`
  const { top, bottom, left, right } = shown.getBoundingClientRect()
  if (bottom <= 0 || right <= 0 || top >= innerHeight || left >= innerWidth)
    return `${name} is off the screen`
  return null
}
