/**
 * `npm run docs:screenshots`: pictures for docs/, of the demonstration and of a service that is being set up.
 * Names after `--` take only those pictures: `npm run docs:screenshots -- team shift`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { aDevice, openBrowser, signIn } from '#test/support/browser.ts'
import { withService } from './own-service.ts'

const project = path.join(import.meta.dirname, '../..')
const images = path.join(project, 'docs/images')
const mostHeight = 1000

const consolePages = [
  ['console-health', '/admin'],
  ['console-people', '/admin/people'],
  ['console-programs', '/admin/programs'],
  ['console-jobs', '/admin/jobs'],
  ['console-mail', '/admin/mail'],
  ['console-ledger', '/admin/ledger'],
  ['console-keys', '/admin/keys'],
  ['console-data-notice', '/admin/data-notice'],
  ['console-branding', '/admin/branding'],
] as const

const setupPages = [
  ['setup-second-factor', '/admin/setup/second-factor'],
  ['setup-email', '/admin/setup/mail'],
  ['setup-backups', '/admin/setup/backups'],
  ['setup-programs', '/admin/setup/programs'],
  ['setup-people', '/admin/setup/people'],
  ['setup-approvals', '/admin/setup/approvals'],
  ['setup-left', '/admin/setup'],
] as const

const pastedRows = [
  'Name,Email,Hired on,Worker type,Role title,Direct contact from',
  'Jules Ferro,jules@northstar.example,11/30/2026,employee,Youth worker,',
  'Noa Brandt,noa@northstar.example,11/31/2026,employee,Youth worker,',
  'Wren Adler,wren.northstar.example,11/30/2026,volunteer,Mentor,',
].join('\n')

const only = process.argv.slice(2)
const isWanted = (name: string) => only.length === 0 || only.includes(name)
const isSetup = (name: string) => name.startsWith('setup-')

mkdirSync(images, { recursive: true })
const browser = await openBrowser()
try {
  if (only.length === 0 || !only.every(isSetup))
    await withService({}, async (address) => {
      const as = async (email: string, walk: (page: Page) => Promise<void>) => {
        const { page, context } = await aDevice(browser, address)
        await signIn(page, email)
        await walk(page)
        await context.close()
      }
      await as('kit@system.example', async (page) => {
        for (const [name, url] of consolePages) await picture(page, name, url)
      })
      await as('rae@northstar.example', walkProgram)
      await as('sam@northstar.example', walkTeam)
      await as('lee@licensing.example', walkLicensing)
    })
  if (only.length === 0 || only.some(isSetup))
    await withService({ DEMO: 'no', SECOND_FACTOR: 'optional' }, (address, said) =>
      walkSetup(browser, address, said),
    )
} finally {
  await browser.close()
}

/** The administrator’s day. It turns on shift check-in, which the supervisor then uses. */
async function walkProgram(page: Page): Promise<void> {
  const program = await programPage(page)
  await picture(page, 'roster', `${program}/roster`)
  await picture(page, 'own-requirements', `${program}/requirements`)
  await page.goto(`${program}/imports/new`)
  await page.getByLabel('Or paste rows').fill(pastedRows)
  await press(page, 'Check the file')
  await page.getByRole('heading', { name: 'What this file would do' }).waitFor()
  await picture(page, 'import-preview')
  await page.goto(`${program}/shifts`)
  await press(page, 'Turn on shift check-in')
}

async function walkTeam(page: Page): Promise<void> {
  await picture(page, 'team', '/team')
  await page.getByRole('link', { name: 'Theo Okafor' }).first().click()
  await page.getByRole('heading', { level: 1, name: 'Theo Okafor' }).waitFor()
  await picture(page, 'person')
  await page.goto(`${await programPage(page)}/shifts/new`)
  await page.getByLabel('Type or paste names').fill('Mai Vang\nTheo Okafor\nKeisha Monroe\nAgency Temp')
  await fill(page, { 'Name of the shift': 'Night, Maple unit' })
  await press(page, 'See who is cleared')
  await page.getByRole('button', { name: 'Record this check-in' }).waitFor()
  await picture(page, 'shift')
}

async function walkLicensing(page: Page): Promise<void> {
  await page.goto('/licensing?search=9900001')
  await page.getByRole('main').getByRole('link', { name: 'North Star House' }).click()
  await page.getByRole('heading', { level: 1, name: 'North Star House' }).waitFor()
  await picture(page, 'licensed-program')
  await page.getByLabel('Purpose').fill('Licensing review')
  await press(page, 'Open review')
  await page.waitForURL(/\/reviews\//)
  await picture(page, 'review')
}

/** The address of the program of the person who is signed in, such as /programs/0a1b…. */
async function programPage(page: Page): Promise<string> {
  await page.goto('/programs')
  const links = await page
    .locator('a[href^="/programs/"]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? ''))
  return [page.url(), ...links].map((one) => /\/programs\/[0-9a-f-]{36}/.exec(one)?.[0]).find(Boolean)!
}

async function walkSetup(browser: Browser, address: string, said: string): Promise<void> {
  const { page, context } = await aDevice(browser, address)
  const password = 'nine patient herons by the dock'
  await picture(page, 'setup-installation', /http:\S+\/setup\/\S+/.exec(said)![0])
  await fill(page, {
    'Name of this installation': 'Lakes Training',
    'Agency or organization': 'Lakes County',
    'Contact email': 'training@lakes.example',
  })
  await page.getByLabel('Contact', { exact: true }).fill('Training office')
  await press(page, 'Save and continue')
  await page.getByLabel('Your name').waitFor()
  await picture(page, 'setup-administrator')
  await fill(page, { 'Your name': 'Kit Dawson', 'Your email': 'kit@system.example' })
  await press(page, 'Save and continue')
  await page.getByLabel('New password').fill(password)
  const again = page.getByLabel('The same again')
  if (await again.count()) await again.fill(password)
  await press(page, 'Set the password')
  await page.goto('/sign-in')
  await fill(page, { Email: 'kit@system.example' })
  await page.getByLabel('Password').fill(password)
  await press(page, 'Sign in')
  await page.waitForURL((url) => url.pathname !== '/sign-in')
  for (const [name, url] of setupPages) await picture(page, name, url)
  await context.close()
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name }).click()
}

async function fill(page: Page, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(values)) await page.getByLabel(label).fill(value)
}

/** WebP, which is a quarter of a PNG's size; long pages are cut. */
async function picture(page: Page, name: string, url?: string): Promise<void> {
  // What comes after may start on this page, even if no one wants its picture.
  if (url) await page.goto(url)
  if (!isWanted(name)) return
  await page.evaluate(() => document.fonts.ready)
  const height = await page.evaluate(() => document.documentElement.scrollHeight)
  const devtools = await page.context().newCDPSession(page)
  const { data } = await devtools.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 70,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width: 1280, height: Math.min(height, mostHeight), scale: 0.75 },
  })
  await devtools.detach()
  writeFileSync(path.join(images, `${name}.webp`), Buffer.from(data, 'base64'))
}
