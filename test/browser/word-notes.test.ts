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
import { looking } from './looking.ts'

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

test('words are highlighted by mouse and by keyboard, stay where a changed lesson has them, and a term is saved where it is explained', {
  timeout: 60_000,
}, async () => {
  const { page, context, complaints } = await atTheLesson()
  const { look, problems } = looking(['desk', 'phone'])
  const painted = () =>
    page.evaluate(() => [...CSS.highlights.get('own')!].map((range) => String(range).replaceAll(/\s+/g, ' ')))
  const paragraph = page.locator('.lesson-text > p').first()
  const box = (await paragraph.boundingBox())!
  await page.mouse.move(box.x + 2, box.y + 12)
  await page.mouse.down()
  await page.mouse.move(box.x + 200, box.y + 12, { steps: 5 })
  await page.mouse.up()
  const bar = page.getByRole('region', { name: 'Highlight' })
  await bar.getByRole('button', { name: 'Highlight' }).click()
  await bar.getByText('Highlighted.').waitFor()
  const [byMouse] = (await painted()) as [string]
  expect((await paragraph.textContent())!.replaceAll(/\s+/g, ' ')).toContain(byMouse)
  await bar.getByRole('button', { name: 'Close' }).click()

  await page.getByRole('button', { name: 'Highlight', exact: true }).press('Enter')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await look('choosing a sentence to highlight', page)
  await bar.getByRole('button', { name: 'Highlight' }).press('Enter')
  await bar.getByText('Highlighted.').waitFor()
  await page.keyboard.press('Escape')
  await bar.waitFor({ state: 'detached' })
  expect(await painted()).toHaveLength(2)

  // A later version has a paragraph more before these words, and others are gone from it.
  const rows = await world.db.selectFrom('lesson_highlights').select(['id', 'quote', 'paragraph']).execute()
  const [kept, gone] = [
    rows.find(({ quote }) => quote === byMouse)!,
    rows.find(({ quote }) => quote !== byMouse)!,
  ]
  const change = (id: string, to: object) =>
    world.db.updateTable('lesson_highlights').set(to).where('id', '=', id).execute()
  await change(kept.id, { paragraph: kept.paragraph + 3, start: 40 })
  await change(gone.id, { quote: 'Words that an author has removed.' })
  await page.reload()
  await page.locator('[data-lost]:visible').waitFor()
  expect(await painted()).toEqual([byMouse])
  await look('lesson with highlights', page)

  await word(page).click()
  await open(page).getByRole('button', { name: 'Save to your words' }).click()
  await open(page).getByRole('button', { name: 'Saved to your words' }).waitFor()
  await page.goto('/my-notes')
  await page.getByText('Words that an author has removed.', { exact: true }).waitFor()
  await look('notes and words', page)
  await page.getByRole('button', { name: /^Remove the word/ }).click()
  await page.getByText('open an underlined word').waitFor()
  expect(problems).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
})

test('a figure opens large in a dialog by keyboard or tap, moves at 390 px, and has a page of its own without scripts', {
  timeout: 60_000,
}, async () => {
  const { page, context, complaints } = await atTheLesson({ viewport: phone })
  const { look, problems } = looking(['phone'])
  const withFigure = world.catalogue.courses
    .get('residential-settings')!
    .current.modules[0]!.lessons.find(({ html }) => html.includes('lesson-drawing'))!
  const lesson = `${path.split('/').slice(0, 4).join('/')}/${withFigure.slug}`
  await page.goto(`${lesson}?ready=yes`)
  const link = page.getByRole('link', { name: /See it larger/ }).first()
  const labels = await link.locator('text').evaluateAll((all) =>
    all.map((one) => {
      const { a } = (one as SVGTextElement).getScreenCTM()!
      return a * Number.parseFloat(getComputedStyle(one).fontSize)
    }),
  )
  expect(Math.min(...labels)).toBeGreaterThanOrEqual(12)
  await link.press('Enter')
  const dialog = page.getByRole('dialog')
  await look('figure in a dialog', page)
  await dialog.getByRole('region', { name: 'Figure' }).focus()
  await page.keyboard.press('ArrowRight')
  const moved = () => dialog.locator('.figure-pan').evaluate((pan) => pan.scrollLeft)
  await expect.poll(moved).toBeGreaterThan(0)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await link.evaluate((one) => one === document.activeElement)).toBe(true)
  await link.click()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await dialog.waitFor({ state: 'detached' })

  await page.goto(`${lesson}/figures/1`)
  await look('figure on its own page', page)
  expect(problems).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
  const ada = await world.as('ada@northstar.example')
  expect((await ada.get(lesson)).body).toContain(`href="${lesson}/figures/1"`)
  expect((await ada.get(`${lesson}/figures/9`)).statusCode).toBe(404)
})
