import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  accessibilityProblems,
  aDevice,
  aServer,
  openBrowser,
  phone,
  type Served,
  signIn,
} from '#test/support/browser.ts'
import { readModule } from '#test/support/taking.ts'

let browser: Browser
let world: Served
let path: string
beforeAll(async () => {
  browser = await openBrowser()
  world = await aServer()
  const course = world.catalogue.courses.get('residential-settings')!.current
  const [module] = course.modules
  const lesson = module!.lessons.find(({ terms }) => terms.length > 1)!
  const ada = await world.as('ada@northstar.example')
  await ada.post(`/courses/${course.slug}/enrollment`)
  await readModule(ada, course, module!)
  path = `/courses/${course.slug}/${module!.slug}/${lesson.slug}`
}, 60_000)
afterAll(async () => {
  await browser.close()
  await world.app.close()
})

const open = (page: Page) => page.locator('.lesson-term-note:popover-open')
const word = (page: Page) => page.locator('.lesson-term').first()

async function atTheLesson(options: Parameters<typeof aDevice>[2] = {}) {
  const device = await aDevice(browser, world.address, options)
  await signIn(device.page, 'ada@northstar.example')
  await device.page.goto(path)
  return device
}

test('hovering over a term opens its note, the mouse can move into it, and Escape closes it', {
  timeout: 60_000,
}, async () => {
  const { page, context, complaints } = await atTheLesson()
  await word(page).scrollIntoViewIfNeeded()
  expect(await open(page).count()).toBe(0)
  await word(page).hover()
  await open(page).waitFor()
  const note = (await open(page).boundingBox())!
  await page.mouse.move(note.x + note.width / 2, note.y + note.height / 2, { steps: 8 })
  await page.waitForTimeout(700)
  expect(await open(page).count()).toBe(1)
  await page.keyboard.press('Escape')
  await open(page).waitFor({ state: 'detached' })
  expect(new URL(page.url()).pathname).toBe(path)
  await word(page).hover()
  await open(page).waitFor()
  await page.mouse.move(2, 2, { steps: 5 })
  await open(page).waitFor({ state: 'detached' })
  expect(complaints).toEqual([])
  await context.close()
})

test('a click keeps a note open that hovering opened', { timeout: 60_000 }, async () => {
  const { page, context } = await atTheLesson()
  await word(page).hover()
  await open(page).waitFor()
  await word(page).click()
  await page.mouse.move(2, 2, { steps: 5 })
  await page.waitForTimeout(700)
  expect(await open(page).count()).toBe(1)
  await word(page).click()
  await open(page).waitFor({ state: 'detached' })
  await context.close()
})

test('with the keyboard, a note opens, its link is next in order, and Escape returns to the term', {
  timeout: 60_000,
}, async () => {
  const { page, context } = await atTheLesson()
  await word(page).focus()
  await page.keyboard.press('Enter')
  await open(page).waitFor()
  expect(await word(page).evaluate((button) => button === document.activeElement)).toBe(true)
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toMatch(/^\/glossary#/)
  await page.keyboard.press('Escape')
  await open(page).waitFor({ state: 'detached' })
  expect(await word(page).evaluate((button) => button === document.activeElement)).toBe(true)
  await context.close()
})

test('on a phone, a tap opens a note within the screen, even without scripts, and a tap outside closes it', {
  timeout: 90_000,
}, async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { page, context } = await atTheLesson({
      viewport: phone,
      hasTouch: true,
      isMobile: true,
      javaScriptEnabled,
    })
    await word(page).tap()
    await open(page).waitFor()
    const note = (await open(page).boundingBox())!
    expect(note.x).toBeGreaterThanOrEqual(0)
    expect(note.x + note.width).toBeLessThanOrEqual(phone.width)
    expect(note.y + note.height).toBeLessThanOrEqual(phone.height)
    if (javaScriptEnabled) expect(await accessibilityProblems(page)).toEqual([])
    await page.touchscreen.tap(20, Math.max(10, note.y - 60))
    await open(page).waitFor({ state: 'detached' })
    await context.close()
  }
})

test('screen readers announce that a term can be opened, whether it is open and what it means', {
  timeout: 60_000,
}, async () => {
  const { page, context } = await atTheLesson()
  const name = (await word(page).textContent())!
  const ears = await context.newCDPSession(page)
  const heard = async () => {
    const { nodes } = await ears.send('Accessibility.getFullAXTree')
    const button = nodes.find((node) => node.role?.value === 'button' && node.name?.value === name)
    const expanded = button?.properties?.find((property) => property.name === 'expanded')
    return { meaning: String(button?.description?.value ?? ''), isOpen: expanded?.value.value }
  }
  const before = await heard()
  expect(before.meaning.length).toBeGreaterThan(20)
  expect(before.isOpen).toBe(false)
  await word(page).press('Enter')
  await open(page).waitFor()
  expect(await heard()).toEqual({ meaning: before.meaning, isOpen: true })
  await context.close()
})
