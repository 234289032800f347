import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { strFromU8, unzipSync } from 'fflate'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDays, addMonths, type Day, dayOf, formatDay } from '#server/lib/days.ts'
import { applyFile, checkFile, confirmAll, programId, settled } from '#test/programs/programs.ts'
import { aDevice, aServer, openBrowser, phone, type Served, signIn } from '#test/support/browser.ts'
import { personId } from '#test/support/cast.ts'
import { type Look, looking } from './looking.ts'

let browser: Browser
let world: Served
let today: Day
beforeAll(async () => {
  browser = await openBrowser()
  world = await aServer()
  today = dayOf(world.clock.now)
  await bringInTeam()
})
afterAll(async () => {
  await world.app.close()
  await browser.close()
})

const longName = 'Wilhelmina Featherstonehaugh-Vandersloot de la Concepción y Montenegro'

/** A program of sixty people, more than one page: with and without contact, on leave, newly hired, with a long name. */
async function bringInTeam(): Promise<void> {
  const rae = await world.as('rae@northstar.example')
  const rows = Array.from({ length: 60 }, (_, n) => {
    const name = n === 7 ? longName : `Casey Number${String(n).padStart(2, '0')}`
    const hired = addMonths(today, -(n % 9) - 1)
    const contact = n % 3 === 0 ? addDays(hired, 5) : ''
    const leave = n % 10 === 4 ? addDays(today, -3) : ''
    return [name, `casey${n}@northstar.example`, 'employee', 'Youth worker', hired, contact, leave].join(',')
  })
  const head = 'Name,Email,Worker type,Role title,Hired on,Direct contact from,Leave from'
  const program = await programId(world.db, 'North Star House')
  const { address } = await checkFile(world, rae, program, [head, ...rows].join('\n'))
  await applyFile(world, rae, address)
  await confirmAll(await world.as('lee@licensing.example'))
  await settled(world, rae, address)
}

const table = (page: Page) => page.locator('#team-table')
const rowsShown = (page: Page) => table(page).locator('tbody tr')
const saysHowMany = (page: Page) => table(page).getByRole('status')

test('on a desktop, Sam sees who is cleared, opens each number, searches, sorts and downloads the rows; each page is accessible', {
  timeout: 120_000,
}, async () => {
  const { look, problems } = looking()
  const { page, context, complaints } = await aDevice(browser, world.address)
  await signIn(page, 'sam@northstar.example')
  await page.goto('/team')
  await look('team', page)
  await numbersOpenTheirRows(page, look)
  await findAndSort(page, look, true)
  await takeAlong(page)
  await otherDays(page, look)
  await onePerson(page, look)
  await theShift(page, look)
  await theRules(page, look)
  expect(problems).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
})

test('the commonest tasks take few clicks, for one person and for checked rows', {
  timeout: 90_000,
}, async () => {
  const { look, problems } = looking()
  const { page, context, complaints } = await aDevice(browser, world.address)
  await signIn(page, 'sam@northstar.example')
  await fewClicks(page, look)
  expect(problems).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
})

test('the same works on a phone', { timeout: 60_000 }, async () => {
  const { page, context, complaints } = await aDevice(browser, world.address, {
    viewport: phone,
    isMobile: true,
    hasTouch: true,
  })
  await signIn(page, 'sam@northstar.example')
  await page.goto('/')
  await page.getByText('Menu', { exact: true }).tap()
  await page.getByRole('link', { name: /^Team/ }).tap()
  await page.waitForURL('**/team')
  await numbersOpenTheirRows(page)
  await findAndSort(page, unlooked, true)
  await onePerson(page)
  await theShift(page)
  expect(complaints).toEqual([])
  await context.close()
})

test('the same works without JavaScript', { timeout: 60_000 }, async () => {
  const { page, context, complaints } = await aDevice(browser, world.address, { javaScriptEnabled: false })
  await signIn(page, 'sam@northstar.example')
  await page.goto('/team')
  await numbersOpenTheirRows(page)
  await findAndSort(page, unlooked, false)
  await takeAlong(page)
  await otherDays(page)
  await onePerson(page)
  await theShift(page)
  await theRules(page)
  expect(complaints).toEqual([])
  await context.close()
})

test('Olu, who supervises another program, finds no one from this one, and its pages are not found', {
  timeout: 60_000,
}, async () => {
  const { page, context, complaints } = await aDevice(browser, world.address)
  await signIn(page, 'olu@lakeside.example')
  await page.goto('/team')
  await page.getByRole('heading', { level: 1 }).getByText('of 1 person').waitFor()
  await page.getByLabel('Find a person').fill('Theo')
  await page.getByText('Change the search or the filter.').waitFor()
  expect(await page.getByRole('main').textContent()).not.toContain('Okafor')
  expect(complaints).toEqual([])
  const program = await programId(world.db, 'North Star House')
  const theo = await personId(world.db, 'theo@northstar.example')
  for (const address of [`/team/${theo}`, `/team?program=${program}`, `/programs/${program}/clearance`]) {
    const answer = await page.goto(address)
    expect(answer?.status()).toBe(404)
    const text = await page.locator('body').textContent()
    for (const hidden of ['Okafor', 'North Star']) expect(text).not.toContain(hidden)
  }
  await context.close()
})

const unlooked: Look = async () => {}

/** A supervisor's commonest tasks, each in as few clicks as we promise. */
async function fewClicks(page: Page, look: Look): Promise<void> {
  let clicks = 0
  const within = async (
    most: number,
    task: (click: (target: Locator) => Promise<void>) => Promise<void>,
    from = '/team',
  ) => {
    await page.goto(from)
    clicks = 0
    await task(async (target) => {
      clicks += 1
      await target.click()
    })
    expect(clicks).toBeLessThanOrEqual(most)
  }
  const main = page.getByRole('main')
  const theo = page.locator('.needs li').filter({ hasText: 'Theo Okafor' })
  const row = () => rowsShown(page).filter({ hasText: 'Mai Vang' })
  await within(0, async () => {
    await theo.getByText('In direct contact, not cleared.').waitFor()
    await main.getByRole('heading', { name: 'Waiting for you' }).waitFor()
  })
  await within(1, async (click) => {
    await click(theo.getByRole('link', { name: 'Theo Okafor', exact: true }))
    await main.getByRole('heading', { name: 'Not cleared for direct contact' }).waitFor()
  })
  await within(1, async (click) => {
    await click(theo.getByRole('button', { name: 'Send reminder' }))
    await main.getByText('Reminder sent to 1 person.').waitFor()
  })
  const found = '/team?search=mai+vang'
  await within(
    1,
    async (click) => {
      const coming = page.waitForEvent('download')
      await click(row().getByRole('link', { name: /^Certificate SH-/ }))
      expect((await readFile(await (await coming).path())).subarray(0, 5).toString()).toBe('%PDF-')
    },
    found,
  )
  await within(
    2,
    async (click) => {
      await click(row().locator('.row-menu > summary'))
      await look('team, a row’s menu', page)
      await click(row().getByRole('link', { name: 'Record leave' }))
      await main.getByRole('heading', { level: 1, name: 'Record leave' }).waitFor()
    },
    found,
  )
  // Why, in place; the page isn't left.
  await within(
    1,
    async (click) => {
      await click(row().locator('.row-why > summary'))
      await row().getByText('Cleared for direct contact').waitFor()
      await look('team, a row opened', page)
    },
    found,
  )
  await within(2, async (click) => {
    await click(page.getByText('As of another day'))
    await page.getByLabel('As of a day').fill(typed(addMonths(today, -2)))
    await click(page.getByRole('button', { name: 'Show that day' }))
    await main.getByText(`As of ${formatDay(addMonths(today, -2))}`).waitFor()
  })
  await checkSome(page, look)
}

/** Checked rows: the bar counts them, and what it offers is done for all of them. */
async function checkSome(page: Page, look: Look): Promise<void> {
  await page.goto('/team?search=vang')
  await page.locator('label[for=check-all]').click()
  await page.getByText('1 person checked', { exact: true }).waitFor()
  const coming = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Certificates (ZIP)' }).click()
  const files = unzipSync(await readFile(await (await coming).path()))
  expect(Object.keys(files)).toEqual([expect.stringMatching(/^Mai Vang, [\d-]+, SH-\d+\.pdf$/)])
  await page.getByRole('button', { name: 'Record leave', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Record leave' }).waitFor()
  await look('leave of the checked', page)
  await page.getByRole('link', { name: 'Cancel' }).click()
  await page.waitForURL('**/team?search=vang')
}

/** The sentence, the numbers and their lists agree on every page. */
async function numbersOpenTheirRows(page: Page, look = unlooked): Promise<void> {
  const numbers = await page
    .locator('.figures-row a')
    .evaluateAll((links) =>
      links.map((link) => [...link.children].map((part) => part.textContent ?? '') as [string, string]),
    )
  expect(numbers.length).toBeGreaterThanOrEqual(7)
  const sentence = (await page.getByRole('heading', { level: 1 }).textContent())!
  const counted = new Map(numbers.map(([count, words]) => [words, Number(count)]))
  expect(sentence).toContain(`${counted.get('cleared')} of 63 people`)
  expect(sentence).toContain(`${counted.get('not cleared')} are not`)
  expect(sentence).toContain(`${counted.get('on leave')} are on leave`)
  expect(counted.get('due in 30 days')).toBeLessThanOrEqual(counted.get('due in 60 days')!)
  for (const [count, words] of numbers) {
    await page
      .locator('.figures-row')
      .getByRole('link', { name: `${count} ${words}`, exact: true })
      .click()
    await page.locator('.figures-row a[aria-current]').getByText(words, { exact: true }).waitFor()
    expect(await saysHowMany(page).textContent()).toContain(`${count} of 63 people`)
    expect([words, await countRows(page)]).toEqual([words, Number(count)])
    if (count === '0') await look('team, empty', page)
  }
  await table(page).getByRole('link', { name: 'Show everyone' }).click()
  await page.getByText('63 people', { exact: true }).waitFor()
  expect(await countRows(page)).toBe(63)
}

async function countRows(page: Page): Promise<number> {
  const next = table(page).getByRole('link', { name: 'Next', exact: true })
  let rows = await rowsShown(page).count()
  for (let at = 2; (await next.count()) > 0; at++) {
    await next.click()
    await page.waitForURL((url) => url.searchParams.get('page') === String(at))
    rows += await rowsShown(page).count()
  }
  return rows
}

async function findAndSort(page: Page, look: Look, hasScripts: boolean): Promise<void> {
  await page.goto('/team')
  await page.getByLabel('Find a person').fill('okafor')
  if (!hasScripts) await page.getByRole('button', { name: 'Show', exact: true }).click()
  await saysHowMany(page).getByText('1 of 63 people').waitFor()
  await page.waitForURL((url) => url.searchParams.get('search') === 'okafor')
  await look('team, one found', page)
  expect(await rowsShown(page).count()).toBe(1)
  // The address can be saved and shared.
  await page.reload()
  expect(await page.getByLabel('Find a person').inputValue()).toBe('okafor')
  await rowsShown(page).getByRole('link', { name: 'Theo Okafor' }).waitFor()
  // Each number covers everyone, and so does the list that it opens.
  const overdue = page.locator('.figures-row').getByRole('link', { name: 'overdue' })
  const many = await overdue.locator('.figure-number').textContent()
  await overdue.click()
  await saysHowMany(page).getByText(`${many} of 63 people`).waitFor()
  await table(page).getByRole('link', { name: 'Show everyone' }).click()
  if (page.viewportSize()?.width === phone.width) return
  await table(page).getByRole('link', { name: 'Next date' }).click()
  await table(page).locator('th[aria-sort=ascending]').getByText('Next date').waitFor()
  const dates = await rowsShown(page).locator('[data-label="Next date"]').allTextContents()
  const known = dates.filter((date) => date !== '–').map((date) => Date.parse(date))
  expect(known.length).toBeGreaterThanOrEqual(2)
  expect(known).toEqual([...known].sort((a, b) => a - b))
  expect(dates.slice(known.length).every((date) => date === '–')).toBe(true)
}

/** The files contain exactly the rows shown. */
async function takeAlong(page: Page): Promise<void> {
  await page.goto('/team')
  const number = page.locator('.figures-row').getByRole('link', { name: /^\d+ not cleared$/ })
  const count = Number(await number.locator('.figure-number').textContent())
  await number.click()
  await page.waitForURL((url) => url.searchParams.get('show') === 'not-cleared')
  const names = await rowsShown(page).locator('th a').allTextContents()
  const csv = parse(await download(page, 'Download these rows as CSV'), { bom: true }) as string[][]
  expect(csv).toHaveLength(count + 1)
  expect(csv.slice(1, 1 + names.length).map(([name]) => name)).toEqual(names)
  const files = unzipSync(await download(page, 'as a spreadsheet (XLSX)'))
  const sheet = strFromU8(files['xl/worksheets/sheet1.xml']!)
  expect(sheet.match(/<row /g)).toHaveLength(count + 1)
  expect(sheet).toContain('state="frozen"')
}

async function download(page: Page, link: string): Promise<Buffer> {
  const coming = page.waitForEvent('download')
  await page.getByRole('link', { name: link }).click()
  return readFile(await (await coming).path())
}

async function otherDays(page: Page, look = unlooked): Promise<void> {
  const past = addMonths(today, -6)
  await page.goto('/team')
  await askFor(page, typed(past))
  await page
    .getByRole('heading', { level: 1 })
    .getByText(`on ${formatDay(past)}`)
    .waitFor()
  await page.getByText(`As of ${formatDay(past)}, based on what we know now.`).waitFor()
  await look('team, another day', page)
  await rowsShown(page).getByRole('link', { name: 'Theo Okafor' }).click()
  await page.getByText(`As of ${formatDay(past)}, based on what we know now.`).waitFor()
  await page.goBack()
  await knownThenIsAnotherAnswer(page, look)
  await page.getByRole('link', { name: 'Back to today' }).click()
  await askFor(page, 'last spring')
  await page.getByRole('heading', { name: 'Please fix one problem' }).waitFor()
  await page.getByRole('link', { name: 'Enter a date like 3/15/2026.' }).waitFor()
  await look('team, no such day', page)
}

/** Mai's week of leave was recorded a week later, so the record did not show it on those days. */
async function knownThenIsAnotherAnswer(page: Page, look: Look): Promise<void> {
  const away = addDays(today, -68)
  const onLeave = () => page.locator('.figures-row').getByRole('link', { name: 'on leave' }).textContent()
  await askFor(page, typed(away))
  await page.getByText(`As of ${formatDay(away)}, based on what we know now.`).waitFor()
  expect(await onLeave()).toBe('1 on leave')
  await page.getByLabel('Based on').selectOption({ label: 'What was known then' })
  await askFor(page, typed(away))
  await page.getByText(`As of ${formatDay(away)}, based on what was known then.`).waitFor()
  expect(await onLeave()).toBe('0 on leave')
  // Everyone in the file was recorded today.
  expect(await rowsShown(page).count()).toBe(2)
  await look('team, as was known then', page)
}

async function askFor(page: Page, day: string): Promise<void> {
  if (!(await page.getByLabel('As of a day').isVisible())) await page.getByText('As of another day').click()
  await page.getByLabel('As of a day').fill(day)
  await page.getByRole('button', { name: 'Show that day' }).click()
}

const typed = (day: Day) => `${Number(day.slice(5, 7))}/${Number(day.slice(8))}/${day.slice(0, 4)}`

/** The reasons for a person's standing: in sentences, without answers or scores. */
async function onePerson(page: Page, look = unlooked): Promise<void> {
  await page.goto('/team?search=okafor')
  await rowsShown(page).getByRole('link', { name: 'Theo Okafor' }).click()
  await page.getByRole('heading', { level: 1, name: 'Theo Okafor' }).waitFor()
  for (const summary of await page.locator('main summary').all()) await summary.click()
  await page.getByText('Hired at North Star House as night staff').waitFor()
  await page.getByText('Minn. Stat.').first().waitFor()
  expect(await page.getByRole('main').textContent()).not.toMatch(/score|attempt|question/i)
  await look('person', page)
  await page.goto(`/team?search=${encodeURIComponent('Featherstonehaugh')}`)
  await rowsShown(page).getByRole('link').click()
  await page.getByRole('heading', { level: 1, name: longName }).waitFor()
  await look('person with a long name', page)
}

async function theShift(page: Page, look = unlooked): Promise<void> {
  await page.goto('/team')
  const cleared = await page
    .locator('.figures-row')
    .getByRole('link', { name: /\d cleared$/ })
    .locator('.figure-number')
    .textContent()
  await page.getByRole('link', { name: 'Shift list' }).click()
  const rows = page.locator('main tbody tr')
  const yes = rows.filter({
    has: page.locator('[data-label="Direct contact"]').getByText('Yes', { exact: false }),
  })
  const sentence = () => page.getByRole('heading', { level: 1 }).textContent()
  expect(await sentence()).toBe(`${cleared} of 63 people may have direct contact today.`)
  await page.getByRole('link', { name: 'All 63 on one page' }).click()
  await page.getByRole('link', { name: 'Back to the list with reasons' }).waitFor()
  expect([await yes.count(), await rows.count()]).toEqual([Number(cleared), 63])
  await page.getByRole('link', { name: 'Back to the list with reasons' }).click()
  await rows.locator('summary').first().click()
  await look('list for the shift', page)
  const past = addMonths(today, -3)
  await page.getByLabel('Another day').fill(typed(past))
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await page.getByRole('heading', { level: 1 }).getByText(formatDay(past)).waitFor()
  expect(await sentence()).toContain(`${await yes.count()} of ${await rows.count()} people`)
}

async function theRules(page: Page, look = unlooked): Promise<void> {
  await page.goto('/rules')
  await page.getByRole('heading', { level: 1, name: 'How dates are worked out' }).waitFor()
  await page.locator('main summary').first().click()
  expect(await page.locator('[id^=example-]').count()).toBeGreaterThanOrEqual(16)
  await look('rules', page)
}
