/** `npm run screenshots`: all main pages at 390 and 1280 px, and a contact sheet of each width, in screenshots/. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { aDevice, desk, openBrowser, phone, signIn } from '#test/support/browser.ts'
import { withService } from './own-service.ts'

const folder = path.join(import.meta.dirname, '../../screenshots')
const mostHeight = 2400

/** A page's name and its address, with a link to follow from there where the address has an id. */
type Shown = readonly [name: string, url: string, follow?: string]

const people: readonly Readonly<{ email: string | null; pages: readonly Shown[] }>[] = [
  {
    email: null,
    pages: [
      ...([
        ['sign in', '/sign-in'],
        ['forgot password', '/forgot-password'],
        ['courses', '/courses'],
      ] as const),
      ...([
        ['right now', '/right-now'],
        ['right now card', '/right-now/told-me'],
      ] as const),
      ...([
        ['support', '/support'],
        ['pause', '/pause'],
        ['resources', '/resources'],
      ] as const),
      ...([
        ['glossary', '/glossary'],
        ['sources', '/sources'],
        ['rules', '/rules'],
      ] as const),
      ...([
        ['job aids', '/job-aids'],
        ['job aid', '/job-aids/reporting-card'],
      ] as const),
      ...([
        ['search', '/search?q=missing'],
        ['verify', '/verify'],
        ['not found', '/nowhere'],
      ] as const),
      ['reading settings', '/reading-settings'],
    ],
  },
  {
    email: 'ada@northstar.example',
    pages: [
      ...([
        ['my training', '/'],
        ['course', '/courses/residential-settings'],
      ] as const),
      ['lesson', '/courses/residential-settings/law-words-role/why-this-training?ready=yes'],
      ...([
        ['messages', '/notices'],
        ['preferences', '/notices/preferences'],
      ] as const),
      ...([
        ['account', '/account'],
        ['after-care', '/after-care'],
        ['notes', '/my-notes'],
      ] as const),
      ...([
        ['outside training', '/training/elsewhere'],
        ['calendar', '/calendar'],
      ] as const),
    ],
  },
  {
    email: 'mai@northstar.example',
    pages: [
      ['my training, done', '/'],
      ['share a certificate', '/', 'a[href$="/sharing"]'],
    ],
  },
  {
    email: 'rae@northstar.example',
    pages: [
      ...([
        ['team', '/team'],
        ['person', '/team', '.table a[href^="/team/"]'],
      ] as const),
      ...([
        ['programs', '/programs'],
        ['sessions', '/sessions'],
        ['clearance', '/clearance'],
      ] as const),
      ...([
        ['findings', '/findings'],
        ['confirmations', '/confirmations'],
      ] as const),
    ],
  },
  {
    email: 'lee@licensing.example',
    pages: [
      ...([
        ['licensing', '/licensing'],
        ['overview', '/licensing/overview'],
        ['reviews', '/reviews'],
      ] as const),
      ['licensed program', '/licensing', 'main a[href^="/licensing/programs/"]'],
    ],
  },
  {
    email: 'noor@review.example',
    pages: [
      ...([
        ['review courses', '/review/courses'],
        ['reported mistakes', '/review/mistakes'],
      ] as const),
      ...([
        ['keep resources', '/review/resources'],
        ['a resource', '/review/resources/otip'],
      ] as const),
    ],
  },
  {
    email: 'kit@system.example',
    pages: [
      ...([
        ['console', '/admin'],
        ['console people', '/admin/people'],
        ['jobs', '/admin/jobs'],
      ] as const),
      ...([
        ['ledger', '/admin/ledger'],
        ['branding', '/admin/branding'],
        ['settings', '/admin/settings'],
      ] as const),
    ],
  },
]

mkdirSync(folder, { recursive: true })
const browser = await openBrowser()
try {
  await withService({ SECOND_FACTOR: 'optional' }, async (address) => {
    for (const [width, viewport] of [
      [390, phone],
      [1280, desk],
    ] as const) {
      const pictures: Picture[] = []
      for (const one of people) pictures.push(...(await picturesOf(browser, address, viewport, one)))
      for (const { name, data } of pictures)
        writeFileSync(path.join(folder, `${name.replaceAll(/\W+/g, '-')}-${width}.webp`), data, 'base64')
      await contactSheet(browser, pictures, width)
    }
  })
} finally {
  await browser.close()
}
console.log(`The contact sheets are in ${folder}.`)

type Picture = Readonly<{ name: string; data: string }>

async function picturesOf(
  browser: Browser,
  address: string,
  viewport: Readonly<{ width: number; height: number }>,
  { email, pages }: (typeof people)[number],
): Promise<readonly Picture[]> {
  const { page, context } = await aDevice(browser, address, { viewport })
  if (email) await signIn(page, email)
  const pictures: Picture[] = []
  for (const [name, url, follow] of pages) {
    await page.goto(url)
    if (follow) {
      const href = await page.locator(follow).first().getAttribute('href')
      await page.goto(href ?? url)
    }
    if (name === 'lesson' && new URL(page.url()).pathname.endsWith('residential-settings')) {
      await page.getByRole('button', { name: 'Begin' }).click()
      await page.goto(url)
    }
    pictures.push({ name, data: await picture(page, viewport.width) })
  }
  await context.close()
  return pictures
}

/** Long pages are cut. */
async function picture(page: Page, width: number): Promise<string> {
  const height = await page.evaluate(() => document.documentElement.scrollHeight)
  const devtools = await page.context().newCDPSession(page)
  const { data } = await devtools.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 80,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width, height: Math.min(height, mostHeight), scale: 1 },
  })
  await devtools.detach()
  return data
}

/** All pictures side by side, each with its name. */
async function contactSheet(browser: Browser, pictures: readonly Picture[], width: number): Promise<void> {
  const shown = width === phone.width ? 240 : 400
  const page = await browser.newPage({ viewport: { width: 2080, height: 1000 } })
  const figures = pictures.map(
    ({ name, data }) =>
      `<figure><figcaption>${name}</figcaption><img src="data:image/webp;base64,${data}" width="${shown}"></figure>`,
  )
  await page.setContent(`<style>body{margin:16px;font:16px sans-serif;background:#ccc}
    main{display:flex;flex-wrap:wrap;gap:16px}figure{margin:0}
    img{display:block;max-height:${shown * 2.2}px;object-fit:cover;object-position:top}</style>
    <main>${figures.join('')}</main>`)
  await page.screenshot({ path: path.join(folder, `contact-sheet-${width}.png`), fullPage: true })
  await page.close()
}
