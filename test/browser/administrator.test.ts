import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { World } from '#test/support/app.ts'
import { aDevice, aServer, type Device, openBrowser, signIn } from '#test/support/browser.ts'
import { workOff } from '#test/support/jobs.ts'
import { type Look, looking, otherWays } from './looking.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

const rae = 'rae@northstar.example'
const theo = 'theo@northstar.example'

test('on a desktop, Rae adds a person, imports a file with errors and decides on an outside training; each page is accessible', {
  timeout: 180_000,
}, async () => {
  const { look, problems } = looking()
  await theDay(look, {})
  expect(problems).toEqual([])
})

test.each(otherWays)('the same works %s', { timeout: 180_000 }, (_way, options) => theDay(unlooked, options))

const unlooked: Look = async () => {}

/** The program administrator's journey, from the roster to its export. */
async function theDay(look: Look, options: BrowserContextOptions): Promise<void> {
  // The days of hire below are recorded within 30 days.
  const world = await aServer({ now: new Date('2025-03-20T18:00:00Z') })
  const device = () => aDevice(browser, world.address, options)
  const [office, theirs, night] = [await device(), await device(), await device()]
  const { page } = office
  await signIn(page, rae)
  await openRoster(page, look)
  const link = await addPerson(page, look)
  await setPassword(theirs, link, look)
  await recordContact(page, look)
  await bringInFile(world, page, look)
  await bringInAgain(world, page)
  await theTeamHasThem(page)
  await recordElsewhere(night.page, look)
  await decide(page, look)
  await night.page.reload()
  await night.page.getByText('accepted by the license holder or agency').waitFor()
  expect(await night.page.getByRole('main').textContent()).not.toMatch(/approved by the commissioner/)
  await readTheRest(page, look)
  if (look !== unlooked) await askForTraining(page, look)
  for (const { complaints, context } of [office, theirs, night]) {
    // A form with errors answers 422, which the browser logs to its console.
    expect(complaints.filter((complaint) => !/\b422\b/.test(complaint))).toEqual([])
    await context.close()
  }
  await world.app.close()
}

async function openRoster(page: Page, look: Look): Promise<void> {
  const menu = page.getByText('Menu', { exact: true })
  if (await menu.isVisible()) await menu.click()
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Roster' }).click()
  await page.getByRole('heading', { level: 1, name: 'North Star House: roster' }).waitFor()
  await page.getByText('3 people work here, 2 in direct contact.').waitFor()
  expect(await people(page).count()).toBe(3)
  await look('roster', page)
}

const people = (page: Page) => page.locator('#people tbody tr')
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const follow = (page: Page, name: string) =>
  page.getByRole('main').getByRole('link', { name, exact: true }).first().click()

/** Adds a person: missing fields get errors, typed values are kept, and the password link is shown once. */
async function addPerson(page: Page, look: Look): Promise<string> {
  await follow(page, 'Add a person')
  await look('add a person', page)
  await page.getByLabel('Name', { exact: true }).fill('Nadia Petrov')
  await page.getByLabel('Hired on').fill('soon')
  await press(page, 'Add to roster')
  await page.getByRole('heading', { name: /Please fix/ }).waitFor()
  await page.getByRole('link', { name: /We can’t read “soon” as a date/ }).waitFor()
  await look('add a person, problems', page)
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Nadia Petrov')
  await page.getByLabel('Email').fill('nadia@northstar.example')
  await page.getByLabel('Worker type').selectOption({ label: 'Employee' })
  await page.getByLabel('Role title').fill('Youth worker')
  await page.getByLabel('Hired on').fill('3/2/2025')
  await press(page, 'Add to roster')
  await page.getByRole('heading', { level: 1, name: 'Nadia Petrov is on the roster' }).waitFor()
  await look('link shown once', page)
  const link = (await page.getByRole('main').locator('code').textContent())!
  await follow(page, 'Go to Nadia Petrov’s page')
  await page.getByRole('heading', { level: 1, name: 'Nadia Petrov' }).waitFor()
  expect(await page.content()).not.toContain(link.split('/').at(-1))
  await look('person on the roster', page)
  return link
}

async function setPassword({ page }: Device, link: string, look: Look): Promise<void> {
  const password = 'four quiet boats at anchor'
  await page.goto(link)
  await page.getByRole('heading', { level: 1, name: 'Set your password' }).waitFor()
  await look('set password', page)
  await page.getByLabel('New password').fill(password)
  await press(page, 'Set the password')
  await page.waitForURL((url) => !url.pathname.startsWith('/link/'))
  if (new URL(page.url()).pathname === '/sign-in') {
    await page.getByLabel('Email').fill('nadia@northstar.example')
    await page.getByLabel('Password').fill(password)
    await press(page, 'Sign in')
  }
  await page.getByRole('heading', { level: 1 }).getByText('North Star House').waitFor()
  // It worked once.
  const again = await page.request.get(link)
  expect(await again.text()).not.toContain('New password')
}

async function recordContact(page: Page, look: Look): Promise<void> {
  await page.reload()
  await page.getByText('Account', { exact: true }).click()
  await page.getByText('Has been set', { exact: true }).waitFor()
  await follow(page, 'Record direct contact')
  await page.getByLabel('First day of direct contact').fill('2/1/2025')
  await press(page, 'Record direct contact')
  await page.getByRole('heading', { name: /Please fix/ }).waitFor()
  await look('record contact, problem', page)
  await page.getByLabel('First day of direct contact').fill('3/9/2025')
  await press(page, 'Record direct contact')
  await page.getByText('Works here, in direct contact since March 9, 2025.').waitFor()
}

const headings = 'Name,Email,Worker type,Role title,Hired on,Direct contact from,Leave from'
const good = [
  'Bao Xiong,bao@northstar.example,employee,Youth worker,3/5/2025,3/18/2025,',
  'Carmen Ortiz,carmen@northstar.example,volunteer,Tutor,2025-03-02,,',
]
const changed = 'Nadia Petrov,nadia@northstar.example,employee,Senior youth worker,3/2/2025,3/9/2025,'
const unchanged = 'Nadia Petrov,nadia@northstar.example,employee,Youth worker,3/2/2025,3/9/2025,'
const bad = [
  'Dana Hill,dana@northstar.example,employee,Youth worker,31/31/2025,,',
  'Eli Moss,not an address,pirate,Cook,2/2/2025,,',
]

/** Imports an Excel CSV with two invalid rows: they are shown, downloaded, fixed and uploaded again. */
async function bringInFile(world: World, page: Page, look: Look): Promise<void> {
  await follow(page, 'North Star House: everyone on the roster')
  await follow(page, 'Import a file')
  await look('import a file', page)
  const template = parse(await download(page, 'the template'), { bom: true }) as string[][]
  for (const heading of headings.split(',')) expect(template[0]).toContain(heading)
  await sendFile(world, page, [headings, ...good, changed, ...bad].join('\r\n'))
  await page.getByText('2 rows have problems. 3 rows are ready. Nothing has been saved yet.').waitFor()
  await look('what a file would do', page)
  await page.getByText('We can’t read “31/31/2025” as a date.').waitFor()
  await page.getByText('“not an address” is not an email address.').waitFor()
  await page.getByText('“pirate” is not employee, contractor, volunteer, or student.').waitFor()
  await numbersOpenTheirRows(page, { refused: 2, new: 2, changed: 1 })
  await page.locator('.figures-row').getByRole('link', { name: 'refused' }).click()
  const refused = parse(await download(page, 'Download them with the reasons'), {
    bom: true,
    columns: true,
  }) as Record<string, string>[]
  expect(refused.map(({ Name }) => Name)).toEqual(['Dana Hill', 'Eli Moss'])
  expect(refused.map(({ Reason }) => Reason)).toEqual([
    expect.stringContaining('as a date'),
    expect.stringContaining('not an email address'),
  ])
  await press(page, 'Save 3 rows')
  await page.getByRole('progressbar').waitFor()
  await workOff(world, 'apply-import')
  await page.getByText('3 rows were saved; 2 could not be.').waitFor({ timeout: 30_000 })
  await look('file saved', page)
  await follow(page, 'Go to the roster')
  await page.getByText('6 people work here, 4 in direct contact.').waitFor()
  expect(await people(page).count()).toBe(6)
}

async function numbersOpenTheirRows(page: Page, expected: Readonly<Record<string, number>>): Promise<void> {
  const numbers = page.locator('.figures-row a')
  expect(await numbers.count()).toBe(Object.keys(expected).length)
  for (const [kind, count] of Object.entries(expected)) {
    await page
      .locator('.figures-row')
      .getByRole('link', { name: `${count} ${kind}` })
      .click()
    await page.locator('.figures-row a[aria-current]').getByText(kind, { exact: true }).waitFor()
    expect([kind, await page.locator('main tbody tr').count()]).toEqual([kind, count])
  }
}

/** Importing the same rows again changes nothing. A fixed row is imported by pasting it. */
async function bringInAgain(world: World, page: Page): Promise<void> {
  await follow(page, 'Import a file')
  await sendFile(world, page, [headings, ...good, changed].join('\n'))
  await page.getByText('Everything in this file is already on record. There is nothing to save.').waitFor()
  await numbersOpenTheirRows(page, { unchanged: 3 })
  await follow(page, 'Go to the roster')
  await follow(page, 'Import a file')
  await page
    .getByLabel('Or paste rows, including the headings')
    .fill([headings, bad[0]!.replace('31/31', '3/1'), unchanged].join('\n'))
  await press(page, 'Check the file')
  await page.getByRole('progressbar').waitFor()
  await workOff(world, 'check-import')
  await page.getByText('Every row can be read. 2 rows are ready.').waitFor({ timeout: 30_000 })
  await numbersOpenTheirRows(page, { new: 1, changed: 1 })
  await press(page, 'Save 2 rows')
  await page.getByRole('progressbar').waitFor()
  await workOff(world, 'apply-import')
  await page.getByText('2 rows were saved.').waitFor({ timeout: 30_000 })
  await follow(page, 'Go to the roster')
  await page.getByText('7 people work here, 4 in direct contact.').waitFor()
  await listsAreAsLongAsTheySay(page)
  const roster = parse(await download(page, 'Download the roster (CSV)'), { bom: true, columns: true })
  expect(roster).toHaveLength(7)
}

/** Each filter shows its number of people. */
async function listsAreAsLongAsTheySay(page: Page): Promise<void> {
  const show = page.getByLabel('Show', { exact: true })
  const choices = await show.locator('option').allTextContents()
  expect(choices).toContain('In direct contact (4)')
  for (const choice of choices) {
    const [, name, count] = /^(.*) \((\d+)\)$/.exec(choice.trim())!
    await show.selectOption({ label: choice })
    await press(page, 'Show')
    await show.locator('option[selected]').getByText(choice).waitFor({ state: 'attached' })
    expect([name, await people(page).count()]).toEqual([name, Number(count)])
  }
}

async function sendFile(world: World, page: Page, text: string): Promise<void> {
  await page
    .getByLabel('CSV file')
    .setInputFiles({ name: 'roster.csv', mimeType: 'text/csv', buffer: Buffer.from(`\uFEFF${text}`) })
  await press(page, 'Check the file')
  await page.waitForURL(/imports\/[0-9a-f-]{36}/)
  await page.getByRole('progressbar').waitFor()
  await workOff(world, 'check-import')
  await page.getByRole('heading', { level: 1, name: 'What this file would do' }).waitFor({ timeout: 30_000 })
}

async function download(page: Page, link: string): Promise<Buffer> {
  const coming = page.waitForEvent('download')
  await page.getByRole('link', { name: link }).first().click()
  return readFile(await (await coming).path())
}

/** Roster changes immediately show on the pages about direct contact. */
async function theTeamHasThem(page: Page): Promise<void> {
  await page.goto('/team')
  await page.getByRole('heading', { level: 1 }).getByText('of 7 people').waitFor()
  await page.getByRole('link', { name: 'Shift list' }).click()
  const nadia = page.locator('main tbody tr').filter({ hasText: 'Nadia Petrov' })
  await nadia.getByText('No', { exact: true }).waitFor()
}

/** Theo took an outside training and uploads its certificate. */
async function recordElsewhere(page: Page, look: Look): Promise<void> {
  await signIn(page, theo)
  await page.goto('/')
  await follow(page, 'Outside training')
  await look('training elsewhere, none', page)
  await follow(page, 'Record a training')
  await press(page, 'Record training')
  await page.getByRole('heading', { name: /Please fix/ }).waitFor()
  await look('training elsewhere, problems', page)
  await page.getByLabel('Title').fill('Recognizing human trafficking')
  await page.getByLabel('Provider').fill('Lakes Regional Training')
  await page.getByLabel('Completed on').fill('3/1/2025')
  await page.getByLabel('Hours').fill('6')
  await page.getByText('Yes', { exact: true }).click()
  const wrong = { name: 'certificate.pdf', mimeType: 'application/pdf', buffer: Buffer.from('not a PDF') }
  await page.getByLabel('Certificate (optional)').setInputFiles(wrong)
  await press(page, 'Record training')
  await page.getByRole('heading', { name: /Please fix/ }).waitFor()
  expect(await page.getByLabel('Title').inputValue()).toBe('Recognizing human trafficking')
  const buffer = await page.pdf()
  await page.getByLabel('Certificate (optional)').setInputFiles({ ...wrong, buffer })
  await press(page, 'Record training')
  await page.getByRole('heading', { level: 1, name: 'Recognizing human trafficking' }).waitFor()
  await page.getByText('Once accepted').first().waitFor()
  await look('training elsewhere, recorded', page)
  expect(await page.getByRole('heading', { name: 'Decide', exact: true }).count()).toBe(0)
}

async function decide(page: Page, look: Look): Promise<void> {
  await page.goto('/training/elsewhere')
  await look('training elsewhere, waiting', page)
  await page.goto('/team')
  // One click on what waits, and one to accept.
  await follow(page, '1 outside training to decide')
  await look('training elsewhere, to decide', page)
  const file = await download(page, 'Open the certificate: certificate.pdf')
  expect(file.subarray(0, 5).toString()).toBe('%PDF-')
  await page.getByRole('heading', { name: 'If you accept it, today' }).waitFor()
  expect(await page.locator('input[name=decision]:checked').count()).toBe(0)
  await press(page, 'Decline training')
  await page
    .getByText('Enter the reason, so that the person knows what would count instead.')
    .first()
    .waitFor()
  await look('training elsewhere, reason missing', page)
  await page.getByText('I have verified the certificate with its issuer').click()
  await page.getByLabel('Reason', { exact: true }).fill('I compared it with the provider’s list.')
  await press(page, 'Accept training')
  await page.getByText('accepted by the license holder or agency, certificate verified').waitFor()
  expect(await page.getByRole('heading', { name: 'Decide', exact: true }).count()).toBe(0)
}

/** The program administrator's other pages, each opened once. */
async function readTheRest(page: Page, look: Look): Promise<void> {
  await page.goto('/programs')
  for (const [name, kind] of [
    ['Program', 'program'],
    ['Roles', 'roles'],
    ['Links', 'links'],
    ['Files', 'files'],
  ] as const) {
    await follow(page, name)
    await page.getByRole('navigation', { name: 'North Star House' }).locator('[aria-current]').waitFor()
    await look(kind, page)
  }
}

/** A requirement of the program's own, and the pages beside it. */
async function askForTraining(page: Page, look: Look): Promise<void> {
  await follow(page, 'Own requirements')
  await follow(page, 'Add a requirement')
  await page.getByLabel('Training', { exact: true }).fill('Mandated reporter training')
  await press(page, 'Add requirement')
  await page.getByRole('heading', { name: /Please fix/ }).waitFor()
  await look('add a requirement, problems', page)
  await page.getByText('Everyone who works here').click()
  await page.getByLabel('Days after the first day').fill('30')
  await page.getByText('Each year, by the end of the same month').click()
  await page.getByLabel('Applies from').fill('1/1/2025')
  await press(page, 'Add requirement')
  await page.getByRole('heading', { level: 3, name: 'Mandated reporter training' }).waitFor()
  await look('own requirements', page)
  await page.getByRole('link', { name: /^Record training/ }).click()
  await look('record own training', page)
  const base = page.url().replace(/\/requirements\/.*/, '')
  for (const [address, kind] of [
    ['past-trainings', 'past trainings'],
    ['training-hours', 'training hours'],
  ] as const) {
    await page.goto(`${base}/${address}`)
    await look(kind, page)
  }
}
