/** `npm run docs:screenshots`: pictures of the console and of set-up for docs/, each of a service of its own. */
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

mkdirSync(images, { recursive: true })
const browser = await openBrowser()
try {
  await withService({}, async (address) => {
    const { page, context } = await aDevice(browser, address)
    await signIn(page, 'kit@system.example')
    for (const [name, url] of consolePages) await picture(page, name, url)
    await context.close()
  })
  await withService({ DEMO: 'no', SECOND_FACTOR: 'optional' }, (address, said) =>
    walkSetup(browser, address, said),
  )
} finally {
  await browser.close()
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
  if (url) await page.goto(url)
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
