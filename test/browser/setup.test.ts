import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSetupLink } from '#server/admin/setup/setup-link.actions.ts'
import { Client, type World } from '#test/support/app.ts'
import {
  aDevice,
  aServer,
  type Device,
  desk,
  openBrowser,
  phone,
  type Served,
} from '#test/support/browser.ts'
import { personId } from '#test/support/cast.ts'
import { workOff } from '#test/support/jobs.ts'
import { takeCourse } from '#test/support/taking.ts'
import { type Look, looking } from './looking.ts'
import { readQr } from './paper.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

const password = 'nine patient herons by the dock'
const kit = 'kit@system.example'

const programs = [
  'License Holder,Program name,City,License number,License type,Licensing authority,Initial effective date,Status,May operate,Status from,Certification,Certified from,Checked on',
  'Birch Lake Youth Homes,Birch Lake House,Birch Lake,9900101,CRF,DHS,1/1/2026,Active,Yes,1/1/2026,st-cse-at-risk,1/1/2026,11/1/2026',
  'Two Rivers Care,Two Rivers Cottage,Two Rivers,9900102,CRF,DHS,1/1/2026,Active,Yes,1/1/2026,st-cse-at-risk,1/1/2026,11/1/2026',
]
const people = [
  'Name,Email,Role,Program',
  'Ingrid Solem,ingrid@birchlake.example,Program administrator,9900101',
  'Omar Farah,omar@tworivers.example,Program administrator,Two Rivers Care',
  'Sue Her,sue@birchlake.example,Supervisor,Birch Lake House',
  'Lou Castillo,lou@licensing.example,Licensing staff,',
  'Nell Ahlgren,nell@review.example,Content reviewer,',
  'Ivo Brandt,ivo@review.example,Content reviewer,',
]
const roster = [
  'Name,Email,Worker type,Role title,Hired on',
  'Pa Nhia Yang,panhia@birchlake.example,employee,Youth worker,11/2/2026',
  'Greta Olson,greta@birchlake.example,volunteer,Tutor,11/9/2026',
]

test('from an empty database to a learner who is cleared and a certificate that licensing verifies, through pages alone', {
  timeout: 240_000,
}, async () => {
  const { look, problems } = looking()
  const world = await aServer({ cast: false })
  const office = await aDevice(browser, world.address)
  await openSetup(world, office.page, look)
  await answerSteps(office.page, look)
  await bringInPrograms(office.page, look)
  const links = await invitePeople(office.page, look)
  const devices = [office]
  const signedIn = async (email: string, options = {}) => {
    const device = await aDevice(browser, world.address, options)
    devices.push(device)
    await setPassword(device.page, links.get(email)!)
    await signIn(device.page, email)
    return device.page
  }
  const ingrid = await signedIn('ingrid@birchlake.example')
  const theirs = await addStaff(world, ingrid)
  await signedIn('omar@tworivers.example')
  const [nell, ivo] = [await signedIn('nell@review.example'), await signedIn('ivo@review.example')]
  const course = world.catalogue.courses.get('residential-settings')!.current
  await approve(nell, ivo, `/review/courses/${course.slug}/${course.version}`)
  const paper = await finishCourse(world, theirs.get('panhia@birchlake.example')!)
  const sue = await signedIn('sue@birchlake.example', { viewport: phone })
  await seeCleared(sue)
  const lou = await signedIn('lou@licensing.example')
  await lou.goto((await readQr(browser, paper))!)
  await lou.getByRole('heading', { name: 'This certificate is valid.' }).waitFor()
  await seeConsole(office.page, look)

  expect(problems).toEqual([])
  const unexpected = devices
    .flatMap(({ complaints }: Device) => complaints)
    .filter((one) => !/\b422\b/.test(one))
  expect(unexpected).toEqual([])
  for (const { context } of devices) await context.close()
  await world.app.close()
})

const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click()
const follow = (page: Page, name: string) =>
  page.getByRole('main').getByRole('link', { name, exact: true }).first().click()
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()
const csv = (lines: readonly string[]) => ({
  name: 'list.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(lines.join('\r\n')),
})

/** The link that the server prints opens the first two steps; a missing field is said, and what was typed stays. */
async function openSetup({ db, address, clock }: Served, page: Page, look: Look): Promise<void> {
  const earlier = await createSetupLink(db, clock.now)
  const link = `${address}/setup/${await createSetupLink(db, clock.now)}`
  expect((await page.request.get(`${address}/setup/${earlier}`)).status()).toBe(410)
  await page.goto(link)
  await heading(page, 'What is this installation?')
  await page.getByLabel('Name of this installation').fill('Lakes Training')
  await press(page, 'Save and continue')
  await page.getByRole('heading', { name: /Please fix/ }).waitFor()
  await look('setup, installation', page)
  expect(await page.getByLabel('Name of this installation').inputValue()).toBe('Lakes Training')
  await page.getByLabel('Agency or organization').fill('Lakes County')
  await page.getByLabel('Contact', { exact: true }).fill('Training office')
  await page.getByLabel('Contact email').fill('training@lakes.example')
  await press(page, 'Save and continue')
  await heading(page, 'Who is the first system administrator?')
  await look('setup, administrator', page)
  await page.getByLabel('Your name').fill('Kit Dawson')
  await page.getByLabel('Your email').fill(kit)
  await press(page, 'Save and continue')
  await setPassword(page, page.url())
  await signIn(page, kit)
  await heading(page, /^Training is running/)
  await look('console, health', page)
  const ended = await page.request.get(link)
  expect([ended.status(), await ended.text()]).toEqual([
    410,
    expect.stringContaining('This set-up link has ended'),
  ])
  expect(await createSetupLink(db, clock.now)).toBeNull()
}

async function setPassword(page: Page, link: string): Promise<void> {
  await page.goto(link)
  await page.getByLabel('New password').fill(password)
  const again = page.getByLabel('The same again')
  if (await again.count()) await again.fill(password)
  await press(page, 'Set the password')
  await page.waitForURL((url) => !url.pathname.startsWith('/link/'))
}

async function signIn(page: Page, email: string): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await press(page, 'Sign in')
  await page.waitForURL((url) => url.pathname !== '/sign-in')
}

async function answerSteps(page: Page, look: Look): Promise<void> {
  await page.goto('/admin/setup')
  await page.getByText('6 steps of 8 left.').waitFor()
  await look('setup, what is left', page)
  await follow(page, 'Second factor')
  await heading(page, 'Protect your account')
  await look('setup, second factor', page)
  await follow(page, 'Continue')
  await heading(page, 'How should we send email?')
  await look('setup, email', page)
  await page.getByText('Our mail server (SMTP)').click()
  await press(page, 'Save and continue')
  await page.getByText('No mail server is set up.').first().waitFor()
  await page.getByText('No email for now').click()
  await press(page, 'Save and continue')
  await heading(page, 'Where do backups go?')
  await look('setup, backups', page)
  await page.getByLabel('Where do backups go?').fill('the county’s backup service, nightly')
  await page.getByLabel('Who checks that they are made?').fill('Lakes County IT')
  await press(page, 'Save and continue')
  await heading(page, 'Which programs does it serve?')
  await look('setup, programs', page)
}

async function bringInPrograms(page: Page, look: Look): Promise<void> {
  await follow(page, 'Send a CSV file')
  await look('programs by a file', page)
  await page.getByLabel('CSV file').setInputFiles(csv(programs))
  await press(page, 'See what it adds')
  await heading(page, '2 programs to add')
  await look('programs by a file, preview', page)
  await press(page, 'Add 2 programs')
  await page.getByRole('heading', { level: 1 }).getByText('2 rows').waitFor()
  await look('license data for a system administrator', page)
  await press(page, 'Save 2 rows')
  await heading(page, 'This file is saved')
  await page.goto('/admin/programs')
  await page.getByText('2 license holders and agencies on record.').waitFor()
  expect(await page.getByText('no administrator', { exact: true }).count()).toBe(2)
  await look('console, programs', page)
}

/** Six people from a file, then one by the form: each link is shown once. */
async function invitePeople(page: Page, look: Look): Promise<ReadonlyMap<string, string>> {
  await page.goto('/admin/setup/people')
  await look('setup, people', page)
  await follow(page, 'Send a CSV file')
  await page.getByLabel('CSV file').setInputFiles(csv([people[0]!, people[1]!.replace('9900101', '9999999')]))
  await press(page, 'Invite everyone in the file')
  await page.getByText('Line 2: “9999999” is neither a license number').first().waitFor()
  await look('people by a file, a problem', page)
  await page.getByLabel('CSV file').setInputFiles(csv(people))
  await press(page, 'Invite everyone in the file')
  await heading(page, 'Links to hand over')
  await look('people invited', page)
  const links = await shownLinks(page)
  expect(links.size).toBe(6)
  await follow(page, 'People and roles')
  await follow(page, 'Invite someone')
  await press(page, 'Invite')
  await page.getByText('Choose a role.').first().waitFor()
  await look('invite someone, problems', page)
  await page.getByLabel('Name', { exact: true }).fill('Bea Lund')
  await page.getByLabel('Email').fill('bea@system.example')
  await page.locator('label', { hasText: /^System administrator/ }).click()
  await press(page, 'Invite')
  await heading(page, 'Links to hand over')
  await page.goto('/admin/people')
  await page.getByText('8 people with a role.').waitFor()
  await look('console, people', page)
  await page.getByRole('link', { name: /^End this role.*Bea Lund: System administrator/ }).click()
  await press(page, 'End this role')
  await page.goto('/admin/people')
  await page.getByText('7 people with a role.').waitFor()
  return links
}

async function shownLinks(page: Page): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const line of await page.locator('.lines > li', { has: page.locator('code') }).all()) {
    const text = await line.locator('.quiet').textContent()
    found.set(/[\w.]+@[\w.]+\.example/.exec(text!)![0], (await line.locator('code').textContent())!)
  }
  return found
}

/** The program administrator brings the roster in and hands links to the staff. */
async function addStaff(world: World, page: Page): Promise<ReadonlyMap<string, string>> {
  await page.goto('/programs')
  await follow(page, 'Import a file')
  await page.getByLabel('CSV file').setInputFiles(csv(roster))
  await press(page, 'Check the file')
  await page.getByRole('progressbar').waitFor()
  await workOff(world, 'check-import')
  await heading(page, 'What this file would do')
  await press(page, 'Save 2 rows')
  await page.getByRole('progressbar').waitFor()
  await workOff(world, 'apply-import')
  await page.getByText('2 rows were saved.').waitFor({ timeout: 30_000 })
  await follow(page, 'Go to the roster')
  await follow(page, 'Links')
  await press(page, 'Make links to print')
  await page.getByText('Print this page, and give each person their link.').waitFor()
  return shownLinks(page)
}

/** One reviewer records the approval with its document; the other confirms it. */
async function approve(recorder: Page, confirmer: Page, version: string): Promise<void> {
  await recorder.goto(version)
  await recorder.getByText('Record an approval', { exact: true }).click()
  await recorder.getByLabel('Approved by').fill('Commissioner of Human Services')
  await recorder.getByLabel('Reference').fill('Letter 26-31')
  await recorder.getByLabel('Approved on').fill('11/16/2026')
  await recorder.getByLabel('In effect from').fill('11/16/2026')
  const buffer = Buffer.from('%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n')
  await recorder
    .getByLabel('The document')
    .setInputFiles({ name: 'letter.pdf', mimeType: 'application/pdf', buffer })
  await press(recorder, 'Record approval')
  await recorder
    .getByText('You recorded this approval, so a second reviewer must confirm or refuse it.')
    .waitFor()
  await confirmer.goto(version)
  await press(confirmer, 'Confirm this approval')
  await confirmer.getByText('In force', { exact: true }).waitFor()
}

/** The learner's own device: a password, the whole course, the certificate on paper. */
async function finishCourse(world: Served, link: string): Promise<Buffer> {
  const email = 'panhia@birchlake.example'
  const { page, context } = await aDevice(browser, world.address, { viewport: phone })
  await setPassword(page, link)
  await signIn(page, email)
  const client = new Client(world.app)
  for (const { name, value } of await context.cookies()) client.cookies.set(name, value)
  const course = world.catalogue.courses.get('residential-settings')!.current
  await takeCourse(world.db, client, await personId(world.db, email), course)
  await page.goto('/courses/residential-settings')
  const coming = page.waitForEvent('download')
  await page.getByRole('link', { name: /Download your certificate/ }).click()
  const paper = await readFile(await (await coming).path())
  await context.close()
  return paper
}

async function seeCleared(page: Page): Promise<void> {
  await page.goto('/team')
  await page.getByRole('link', { name: 'Shift list' }).first().click()
  await page.getByRole('heading', { level: 1 }).getByText('1 of 2 people').waitFor()
  const line = page.locator('main tbody tr').filter({ hasText: 'Pa Nhia Yang' })
  await line.getByText('Yes', { exact: false }).first().waitFor()
}

/** Back at the console, the facts have checked off what was done, and the ledger has it all. */
async function seeConsole(page: Page, look: Look): Promise<void> {
  await page.setViewportSize(desk)
  await page.goto('/admin/setup/approvals')
  await page.getByText('approval on record', { exact: true }).first().waitFor()
  await look('setup, approvals', page)
  await page.goto('/admin/setup')
  await page.getByText('1 step of 8 left.').waitFor()
  await page.goto('/admin/ledger')
  await press(page, 'Check now')
  await page.getByText(/each as it was written/).waitFor()
  await page.getByLabel('Kind').selectOption({ label: 'Role ended' })
  await press(page, 'Filter')
  await page.locator('main tbody tr').filter({ hasText: 'Kit Dawson' }).waitFor()
  expect(await page.locator('main tbody tr').count()).toBe(1)
  await look('console, ledger', page)
  for (const [tab, title] of [
    ['Jobs', 'Jobs'],
    ['Mail', 'Mail'],
    ['Keys', 'Signing keys'],
    ['Data notice', 'Data practices notice'],
    ['API tokens', 'API tokens'],
    ['Storage', 'Storage'],
    ['Branding', 'Branding'],
    ['Settings', 'Settings'],
  ] as const) {
    await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: tab }).click()
    await heading(page, title)
    await look(`console, ${tab}`, page)
  }
}
