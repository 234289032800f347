import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pageTexts, readPdf } from '#test/certificates/reading.ts'
import { openPacket } from '#test/oversight/packets.ts'
import { addWorker } from '#test/oversight/reviewed.ts'
import type { World } from '#test/support/app.ts'
import { aDevice, aServer, openBrowser, type Served, signIn } from '#test/support/browser.ts'
import { workOff } from '#test/support/jobs.ts'
import { type Look, looking, otherWays } from './looking.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

const longName = 'Wilhelmina Featherstonehaugh-Vandersloot de la Concepción y Montenegro'
const gap = 'Direct contact from April 2, 2026, training completed April 9, 2026: 7 days'

test('on a desktop, Lee finds and reviews North Star House and makes a packet that a visitor verifies; each page is accessible', {
  timeout: 180_000,
}, async () => {
  const { look, problems } = looking()
  await theDay(look, {})
  expect(problems).toEqual([])
})

test.each(otherWays)('the same works %s', { timeout: 180_000 }, (_way, options) => theDay(unlooked, options))

const unlooked: Look = async () => {}

/** The licensing reviewer's journey, with the program's administrator and a recipient of the packet. */
async function theDay(look: Look, options: BrowserContextOptions): Promise<void> {
  const world = await aServer({ now: new Date('2026-06-14T15:00:00Z') })
  const worked = { hired_on: '2026-03-20', contact_from: '2026-04-02', completed_on: '2026-04-09' }
  await addWorker(world, '9900001', { name: 'Bo Sand', ...worked })
  await addWorker(world, '9900001', { name: longName, hired_on: '2026-05-01', contact_from: '2026-05-04' })
  const device = () => aDevice(browser, world.address, options)
  const [office, theirs, street] = [await device(), await device(), await device()]
  const { page } = office
  await signIn(page, 'lee@licensing.example')
  await findProgram(page, look, options.javaScriptEnabled !== false)
  await asOfADay(page, look)
  await openReview(page, look)
  await seePeople(page, look)
  await fewClicks(page)
  await writeFinding(page, look)
  const anHourLater = () => {
    world.clock.now = new Date(world.clock.now.getTime() + 3_600_000)
  }
  anHourLater()
  await signIn(theirs.page, 'rae@northstar.example')
  await answerFinding(theirs.page, look)
  anHourLater()
  await endFinding(page, look)
  await askForPackets(world, page, look)
  const taken = await takePacket(page, world)
  await checkPacket(street.page, look, taken)
  await checkCertificates(page, look, taken)
  await closeReview(page, look)
  await bringInLicenseData(page, look)
  for (const { complaints, context } of [office, theirs, street]) {
    // A form with errors answers 422, which the browser logs to its console.
    expect(complaints.filter((complaint) => !/\b422\b/.test(complaint))).toEqual([])
    await context.close()
  }
  await world.app.close()
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const follow = (page: Page, name: string) =>
  page.getByRole('main').getByRole('link', { name, exact: true }).first().click()
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()
const problem = (page: Page) => page.getByRole('heading', { name: /Please fix/ }).waitFor()

async function download(page: Page, link: string | RegExp): Promise<Buffer> {
  const coming = page.waitForEvent('download')
  await page.getByRole('main').getByRole('link', { name: link }).click()
  return readFile(await (await coming).path())
}

/** Sign-in leads here. With scripts, the list updates with each letter. */
async function findProgram(page: Page, look: Look, hasScripts: boolean): Promise<void> {
  await heading(page, 'Find a program')
  await look('find a program', page)
  const search = page.getByLabel('Search', { exact: true })
  const type = async (words: string) => {
    await search.fill('')
    await search.pressSequentially(words)
    if (!hasScripts) await press(page, 'Search')
  }
  await type('zzz')
  await page.getByText('No matches.').waitFor()
  await look('no program found', page)
  await type('9900002')
  await page.getByText('1 program with “9900002”').waitFor()
  await page.getByText('never checked').waitFor()
  await type('birch north')
  await page.getByText('1 program with “birch north”').waitFor()
  expect(await page.getByRole('main').textContent()).not.toContain('Lakeside')
  await follow(page, 'North Star House')
  await heading(page, 'North Star House')
}

/** The license's record on a day, without names. */
async function asOfADay(page: Page, look: Look): Promise<void> {
  await page.getByText('As of June 14, 2026, based on what we know now.').waitFor()
  await page.getByText('Never checked against the licensing record').first().waitFor()
  await page.getByText('Every period on record').click()
  await look('program under license', page)
  await page.getByText('As of another day').click()
  const show = async (day: string) => {
    await page.getByRole('textbox', { name: /^As of/ }).fill(day)
    await press(page, 'Show that day')
  }
  await show('last spring')
  await problem(page)
  await look('program, no such day', page)
  await show('4/5/2026')
  await page.getByText('As of April 5, 2026, based on what we know now.').waitFor()
  expect(await page.getByRole('main').textContent()).not.toMatch(/Bo Sand|Okafor|Vang/)
}

async function openReview(page: Page, look: Look): Promise<void> {
  await press(page, 'Open review')
  await problem(page)
  await look('review without a purpose', page)
  await page.getByLabel('Purpose').fill('Licensing review, June 2026')
  await press(page, 'Open review')
  // The day stays the one that was looked at.
  await heading(page, /had direct contact on April 5, 2026/)
  await page
    .getByText('Direct contact from April 2, 2026, training not completed by April 5, 2026: 4 days so far')
    .first()
    .waitFor()
  await page.getByRole('textbox', { name: /^As of/ }).fill('')
  await press(page, 'Show that day')
}

async function seePeople(page: Page, look: Look): Promise<void> {
  await heading(page, /4 people had direct contact on June 14, 2026; 3 people of the roster have gaps/)
  await page.getByText(gap).first().waitFor()
  await look('people of a review', page)
  await follow(page, longName)
  await heading(page, longName)
  await page.getByText('None issued here.').waitFor()
  await look('person with a long name, in a review', page)
  await page.goBack()
  await follow(page, 'Bo Sand')
  await heading(page, 'Bo Sand')
  await page.getByText(gap).waitFor()
  await page.getByText('How this was worked out').first().click()
  await page.getByText('completed late, by 7 days').waitFor()
  await look('person in a review', page)
}

/** Gaps in two clicks from the program that was found, packets in one more, and from a person to the form that revokes in two. */
async function fewClicks(page: Page): Promise<void> {
  const person = page.url()
  await page.goto('/licensing?search=9900001')
  await follow(page, 'North Star House')
  await follow(page, 'Continue review 1')
  await page.getByText(gap).first().waitFor()
  await follow(page, 'Packets')
  await page.getByRole('button', { name: 'Make packet' }).waitFor()
  await page.goto(person)
  await page
    .getByRole('main')
    .getByRole('link', { name: /^Revoke or correct/ })
    .first()
    .click()
  await follow(page, 'Revoke certificate')
  await page.getByLabel('Reason').waitFor()
  await page.goto(person)
}

/** A finding is linked to its person and rule. Typed values are kept if a date is invalid. */
async function writeFinding(page: Page, look: Look): Promise<void> {
  await follow(page, 'Write a finding about Bo Sand')
  await look('write a finding', page)
  expect(await page.getByLabel('About').locator('option:checked').textContent()).toBe('Bo Sand')
  await page.getByLabel('Rule').selectOption('R2')
  await page
    .getByLabel('What was found')
    .fill('Seven days of direct contact before the training was completed.')
  await page.getByLabel('Law cited').fill('Minn. Stat. 245A.25, subd. 5(f)')
  await page.getByLabel('Follow up by').fill('soon')
  await page.getByText('Send it now').click()
  await press(page, 'Save finding')
  await problem(page)
  await look('write a finding, problem', page)
  expect(await page.getByLabel('What was found').inputValue()).toContain('Seven days')
  await page.getByLabel('Follow up by').fill('7/1/2026')
  await press(page, 'Save finding')
  await heading(page, 'Review 1')
  await page.getByText('Follow up by July 1, 2026').waitFor()
  await page.getByText('Awaiting the program').first().waitFor()
  await page.getByLabel('New note').fill('Personnel files are kept at the office in town.')
  await press(page, 'Add note')
  await page.getByText('Personnel files are kept at the office in town.').waitFor()
  await look('review', page)
}

const plan = 'training-plan.pdf'

async function answerFinding(page: Page, look: Look): Promise<void> {
  await page.goto('/findings')
  await page.getByText('Answer by July 1, 2026').waitFor()
  await look('findings to answer', page)
  await follow(page, 'Finding 1.1: Bo Sand')
  await heading(page, 'Finding 1.1')
  const wrong = { name: plan, mimeType: 'application/pdf', buffer: Buffer.from('not a PDF') }
  await page.getByLabel('Your answer').fill('Since May no one works a shift before we have the certificate.')
  await page.getByLabel('Evidence').setInputFiles(wrong)
  await press(page, 'Send answer')
  await problem(page)
  await look('answer with a problem', page)
  expect(await page.getByLabel('Your answer').inputValue()).toContain('Since May')
  await page.getByLabel('Evidence').setInputFiles({ ...wrong, buffer: await page.pdf() })
  await press(page, 'Send answer')
  await page.getByText('Answered by the program').waitFor()
  await look('finding answered', page)
  // The administrator answers, but can't decide the finding.
  expect(await page.getByRole('button', { name: 'Resolve' }).count()).toBe(0)
}

async function endFinding(page: Page, look: Look): Promise<void> {
  await page.reload()
  await page.getByText('Answered by the program').waitFor()
  await follow(page, 'Finding 1.1: Bo Sand')
  const evidence = await download(page, plan)
  expect(evidence.subarray(0, 5).toString()).toBe('%PDF-')
  await press(page, 'Resolve')
  await problem(page)
  await look('finding to end, reason missing', page)
  await page.getByLabel('Why').fill('The new order of work is in force.')
  await press(page, 'Resolve')
  await page.getByText('Resolved', { exact: true }).first().waitFor()
  await look('finding resolved', page)
  await follow(page, 'Review 1')
}

/** One packet of everyone and one small sample. Both are made while other pages are viewed. */
async function askForPackets(world: World, page: Page, look: Look): Promise<void> {
  await follow(page, 'Packets')
  await look('packets', page)
  await page.getByText('How a sample is drawn').click()
  await page.getByText('we calculate SHA-256 of the seed').waitFor()
  await page.getByLabel('To', { exact: true }).fill('7/1/2026')
  await press(page, 'Make packet')
  await problem(page)
  await page.getByRole('link', { name: 'The last day can’t be in the future.' }).waitFor()
  await look('packets, problem', page)
  await page.getByLabel('To', { exact: true }).fill('6/14/2026')
  await page.getByText('Drawn with a seed').click()
  await page.getByLabel('How many people').fill('2')
  await page.getByRole('textbox', { name: 'Seed' }).fill('June 2026')
  await press(page, 'Make packet')
  await heading(page, 'The packet is being made')
  await look('packet being made', page)
  await page.getByText('seed June 2026').waitFor()
  await follow(page, 'Packets')
  await press(page, 'Make packet')
  await heading(page, 'The packet is being made')
  await workOff(world, 'make-packet')
  await page.getByRole('heading', { level: 1, name: 'The packet is ready' }).waitFor({ timeout: 60_000 })
  // Announced once, no matter how often the page polled.
  await page.locator('#packet-said').getByText('The packet is ready.').waitFor({ state: 'attached' })
  await page.getByText('5 people, made June 14, 2026').waitFor()
  await look('packet ready', page)
}

type Taken = Readonly<{
  pdf: Buffer
  address: string
  certificates: readonly Readonly<{ name: string; bytes: Uint8Array; number: string }>[]
}>

/** Reads both files like a recipient: the text of every page, every hash, the signature. */
async function takePacket(page: Page, world: Served): Promise<Taken> {
  const pdf = await download(page, /Download the document/)
  const zip = await download(page, /Download all files/)
  const { files, text, wrong } = await openPacket(world, zip)
  expect(wrong).toEqual([])
  expect(pdf.equals(Buffer.from(files['packet.pdf']!))).toBe(true)
  const pages = await pageTexts(new Uint8Array(pdf))
  const words = pages.join(' ')
  for (const said of [
    gap,
    'Bo Sand',
    longName,
    'Rules applied',
    'Minn. Stat. 245A.25, subd. 5(f)',
    'Manifest',
  ])
    expect(words).toContain(said)
  for (const [index, one] of pages.entries()) expect(one).toContain(`page ${index + 1} of ${pages.length}`)
  expect((await readPdf(new Uint8Array(pdf))).isTagged).toBe(true)
  const rows = parse(text('certificates.csv'), { bom: true, columns: true }) as Record<string, string>[]
  expect(rows.map((row) => words.includes(row.Number!))).toEqual([true, true, true])
  const certificates = rows.map((row) => {
    const number = row.Number!
    return { number, name: `${number}.pdf`, bytes: files[`certificates/${number}.pdf`]! }
  })
  const address = /http:\/\/\S+\/packets\/[a-z2-7]{26}/.exec(words)![0]
  return { pdf, address, certificates }
}

/** A recipient of the packet opens the address on it and verifies the file. */
async function checkPacket(page: Page, look: Look, { pdf, address }: Taken): Promise<void> {
  await page.goto(address)
  await heading(page, 'We made a packet with this code.')
  await look('packet checked by its code', page)
  const compare = async (buffer: Buffer) => {
    await page
      .getByLabel('The PDF or the ZIP')
      .setInputFiles({ name: 'packet.pdf', mimeType: 'application/pdf', buffer })
    await press(page, 'Compare')
  }
  await compare(pdf)
  await heading(page, 'This file is the packet, unaltered.')
  const changed = Buffer.from(pdf)
  changed[changed.length >> 1]! ^= 1
  await compare(changed)
  await heading(page, 'This file is not the packet that we made.')
  await look('packet altered', page)
  expect(await page.getByRole('main').textContent()).not.toMatch(/Bo Sand|Okafor|Vang/)
}

/** Pasted numbers, a table and files: each is compared with the register and the roster. */
async function checkCertificates(page: Page, look: Look, { certificates }: Taken): Promise<void> {
  await follow(page, 'Packets')
  await follow(page, 'Verify certificates')
  await heading(page, 'Verify certificates')
  await press(page, 'Verify')
  await problem(page)
  await look('certificates, nothing to check', page)
  const [first, second, third] = certificates as [
    Taken['certificates'][0],
    Taken['certificates'][0],
    Taken['certificates'][0],
  ]
  const altered = Buffer.from(third.bytes)
  altered[altered.length >> 1]! ^= 1
  await page.getByLabel('Numbers or codes').fill(`${first.number}\nSH-999999\nhello`)
  await page.getByLabel('Files').setInputFiles([
    { name: second.name, mimeType: 'application/pdf', buffer: Buffer.from(second.bytes) },
    { name: 'altered.pdf', mimeType: 'application/pdf', buffer: altered },
    { name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from('Number\nSH-000003\n') },
  ])
  await press(page, 'Verify')
  await heading(page, '3 of 5 certificates are valid.')
  for (const said of [
    'Unknown',
    'Altered',
    'Certificate, not on this roster',
    'On the roster, no certificate',
    'On the roster, not in this list',
  ])
    await page.getByText(said, { exact: true }).first().waitFor()
  await look('certificates checked', page)
  const csv = parse(await download(page, 'Download the table (CSV)'), { bom: true, columns: true })
  await page.getByText('Ignored').first().click()
  const ignored = await page.locator('main details li').count()
  expect(ignored).toBe(1)
  expect(csv).toHaveLength((await page.locator('main tbody tr').count()) + ignored)
}

async function closeReview(page: Page, look: Look): Promise<void> {
  await page.goto('/reviews')
  await look('reviews', page)
  await follow(page, 'Review 1')
  await press(page, 'Close review')
  await page.getByRole('button', { name: 'Reopen review' }).waitFor()
  await follow(page, 'People and gaps')
  await heading(page, 'This review is closed')
  await look('review closed', page)
  await follow(page, 'Reopen review')
  await press(page, 'Reopen review')
  await page.getByRole('link', { name: 'Enter why you are reopening the review.' }).waitFor()
  await look('review to open again, reason missing', page)
}

const columns =
  'License number,Status,May operate,Status from,Certification,Certified from,Certified until,Checked on'

/** Ends a certification: first shows how many people it affects, then records it with the date it was checked. */
async function bringInLicenseData(page: Page, look: Look): Promise<void> {
  await page.goto('/licensing')
  await follow(page, 'License data by file')
  await look('license data', page)
  const rows = [
    columns,
    '9900002-CRF,Active,Yes,,st-cse-at-risk,1/1/2022,5/31/2026,6/10/2026',
    '9900001-CRF,Active,Yes,,st-cse-at-risk,1/1/2022,,6/10/2026',
    '1234567-CRF,Active,Yes,,,,,6/10/2026',
  ]
  const buffer = Buffer.from(rows.join('\r\n'))
  await page.getByLabel('CSV file').setInputFiles({ name: 'look-up.csv', mimeType: 'text/csv', buffer })
  await press(page, 'Check the file')
  await heading(page, /1 row would change the record; 1 row only updates the checked day; 1 has problems/)
  await page.getByText('current → not required').first().waitFor()
  expect(await page.getByRole('main').textContent()).not.toContain('Sorensen')
  await look('license data, what it would do', page)
  await press(page, 'Save 2 rows')
  await heading(page, 'This file is saved')
  await look('license data on record', page)
  await page.goto('/licensing?search=9900001')
  await page.getByText('checked Jun 10, 2026').waitFor()
  await follow(page, 'North Star House')
  await page.getByText('Last checked June 10, 2026').first().waitFor()
  await follow(page, 'Change license data')
  await look('change license data', page)
}
