import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aDevice, aServer, openBrowser, phone, type Served, signIn } from '#test/support/browser.ts'
import { type Look, looking } from './looking.ts'

let browser: Browser
let world: Served
beforeAll(async () => {
  browser = await openBrowser()
  world = await aServer()
})
afterAll(async () => {
  await world.app.close()
  await browser.close()
})

const unlooked: Look = async () => {}
const onPhone = { viewport: phone, isMobile: true, hasTouch: true } as const

test('Sam opens a module for the room, Ada joins on a phone and confirms, and goes on to the questions; each page is accessible', {
  timeout: 240_000,
}, async () => {
  const { look, problems } = looking()
  await takeTogether(look, 'ada@northstar.example', {})
  expect(problems).toEqual([])
})

test('and the same with JavaScript turned off', { timeout: 120_000 }, () =>
  takeTogether(unlooked, 'theo@northstar.example', { javaScriptEnabled: false }),
)

async function takeTogether(look: Look, email: string, options: BrowserContextOptions): Promise<void> {
  const room = await aDevice(browser, world.address, options)
  const hand = await aDevice(browser, world.address, { ...onPhone, ...options })
  const [desk, mobile] = [room.page, hand.page]
  await signIn(desk, 'sam@northstar.example')
  await desk.goto('/group-sessions')
  await look('group sessions', desk)
  await desk.getByRole('link', { name: 'Open a session' }).click()
  await desk.getByRole('button', { name: 'Open the session' }).click()
  await desk.getByRole('heading', { name: 'Please check one thing' }).waitFor()
  await look('open a group session, problem', desk)
  await desk.getByLabel('Place').fill('Staff room')
  await desk.getByRole('button', { name: 'Open the session' }).click()
  await desk.getByText('Nobody yet.').waitFor()
  await look('group session open', desk)
  const code = (await desk.locator('.join-code').textContent())!

  // Signed in only when the code is there already: the way leads back to it.
  await mobile.goto(`/join?code=${code.toLowerCase()}`)
  await mobile.getByLabel('Email').waitFor()
  await signIn(mobile, email)
  await mobile.goto('/join')
  await mobile.getByLabel('Code').fill('BBBBBB')
  await mobile.getByRole('button', { name: 'Find the session' }).click()
  await mobile.getByRole('link', { name: /No session of your program has that code/ }).waitFor()
  await look('join, no such code', mobile)
  await mobile.getByLabel('Code').fill(code.toLowerCase())
  await mobile.getByRole('button', { name: 'Find the session' }).click()
  await look('group session found', mobile)
  await mobile.getByRole('button', { name: 'Join the session' }).click()
  await look('group session joined', mobile)
  await mobile.getByRole('button', { name: 'I was here, beginning to end' }).click()
  await mobile.getByText('You have confirmed that you are here.').waitFor()
  await look('group session confirmed', mobile)

  // With a script the list follows by itself; without one the page is asked again.
  if (options.javaScriptEnabled === false) await desk.reload()
  await desk.getByText('1 joined, 1 confirmed').waitFor({ timeout: 20_000 })
  await look('group session with people', desk)
  await desk.getByRole('link', { name: /They left before the end/ }).click()
  await desk.getByRole('button', { name: 'Record that they left' }).click()
  await desk.getByRole('heading', { name: 'Please check one thing' }).waitFor()
  await look('left before the end', desk)
  await desk.getByRole('link', { name: 'Go back' }).click()
  await desk.getByRole('button', { name: 'Close the session' }).click()
  await desk.getByText('1 person').waitFor()
  await look('group session closed', desk)
  await mobile.getByRole('link', { name: 'Look again' }).click()
  await mobile.getByText('of this module are marked as taken in the group.').waitFor()
  await look('group session counted', mobile)
  await mobile.getByRole('link', { name: 'Go to the questions' }).click()
  await mobile.getByRole('button', { name: 'Begin' }).waitFor()
  for (const { complaints, context } of [room, hand]) {
    // A form that is sent back to be mended says so in its status too, and the browser notes that.
    expect(complaints.filter((complaint) => !/\b(422|404)\b/.test(complaint))).toEqual([])
    await context.close()
  }
}
