import { expect, test } from 'vitest'
import type { Role } from '#server/people/roles.ts'
import { aDevice, aServer, openBrowser, signIn } from '#test/support/browser.ts'
import { addressOf, idFor, twoHouses } from '#test/support/full-house.ts'
import { barProblems } from './bar.ts'
import { cuttingNetwork } from './cut-network.ts'
import { looking } from './looking.ts'

const learner = 'mai@northstar.example'
const cast: Readonly<Record<Role, string>> = {
  supervisor: 'sam@northstar.example',
  trainer: 'rae@northstar.example',
  program_admin: 'rae@northstar.example',
  licensing: 'lee@licensing.example',
  reviewer: 'noor@review.example',
  system_admin: 'kit@system.example',
}

/** Pages that no walk opens. `npm run test:long` opens all. */
const inEachRun =
  /\/merge|sign-ins|\/watch|\/endings|shared-packets|after-care|\/sharing|\/shift|past-trainings|training-hours|\/evidence|team\/changes|\/readers|\/links$|mistakes/

test('every page with an address is accessible and fits, on a phone and at a desk, with the quick exit in sight, and no form loses anything', {
  timeout: 3_600_000,
}, async () => {
  const world = await aServer({ now: new Date('2026-11-23T18:00:00Z') })
  const { own } = await twoHouses(world)
  const byPerson = new Map<string, string[]>()
  for (const { method, url, policy } of world.routes) {
    // A learner's forms are tried in each run.
    const isOpened = process.env.LONG || inEachRun.test(url) || policy === 'signed-in'
    if (method !== 'GET' || policy === 'asset' || !isOpened) continue
    const email = typeof policy === 'string' ? learner : cast[policy[0]!]
    byPerson.set(email, [...(byPerson.get(email) ?? []), url])
  }
  const browser = await openBrowser()
  const { look, problems } = looking(['desk', 'phone'])
  const { cut, problems: lost, seen } = cuttingNetwork()
  const inTheWay: string[] = []
  let pages = 0
  for (const [email, urls] of byPerson) {
    const client = await world.as(email)
    // Playwright doesn't see what a service worker sends.
    const { page, context } = await aDevice(browser, world.address, { serviceWorkers: 'block' })
    await signIn(page, email)
    for (const url of urls) {
      const address = addressOf(url, (name) => idFor(own, name))
      const { statusCode, headers, body } = await client.get(address)
      if (statusCode !== 200 || !String(headers['content-type']).startsWith('text/html')) continue
      const isLooked = process.env.LONG || inEachRun.test(url)
      if (!isLooked && !body.slice(body.indexOf('<main')).includes('method="post"')) continue
      await page.goto(address)
      inTheWay.push(...(await barProblems(page, url)))
      if (isLooked) await look(url, page)
      await cut(page)
      pages++
    }
    await context.close()
  }
  await browser.close()
  await world.app.close()
  expect(problems).toEqual([])
  expect(lost).toEqual([])
  expect(inTheWay).toEqual([])
  expect(pages).toBeGreaterThan(process.env.LONG ? 150 : 12)
  expect(seen.size).toBeGreaterThan(process.env.LONG ? 100 : 25)
})
