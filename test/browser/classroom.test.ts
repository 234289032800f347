import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDays, dayOf } from '#server/lib/days.ts'
import { typedDay } from '#server/programs/typed-form.ts'
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

test('Sam creates a group session, Ada joins on a phone, confirms and continues to the questions; each page is accessible', {
  timeout: 240_000,
}, async () => {
  const { look, problems } = looking()
  await takeTogether(look, 'ada@northstar.example', {})
  expect(problems).toEqual([])
})

test('the same works without JavaScript', { timeout: 120_000 }, () =>
  takeTogether(unlooked, 'theo@northstar.example', { javaScriptEnabled: false }),
)

test('Rae publishes a session, people register and join the waiting list on phones, and attendance is recorded; each page is accessible', {
  timeout: 240_000,
}, async () => {
  const { look, problems } = looking()
  await aMorning(look, {}, ['ada@northstar.example', 'mai@northstar.example'])
  expect(problems).toEqual([])
})

test('a session works without JavaScript', { timeout: 120_000 }, () =>
  aMorning(unlooked, { javaScriptEnabled: false }, ['theo@northstar.example', 'mai@northstar.example']),
)

test('Sam requests a scholarship and Kit asks for more information; each page is accessible', {
  timeout: 240_000,
}, async () => {
  const { look, problems } = looking()
  const [office, system] = [await aDevice(browser, world.address), await aDevice(browser, world.address)]
  await signIn(office.page, 'sam@northstar.example')
  await office.page.goto('/courses')
  await office.page.getByRole('link', { name: 'Not a Number facilitator training', exact: true }).click()
  await look('outside training in the catalogue', office.page)
  await office.page.getByRole('link', { name: 'Request a scholarship' }).click()
  await look('scholarship form', office.page)
  await office.page.getByRole('button', { name: 'Send request' }).click()
  await office.page.getByRole('heading', { name: 'Please fix one problem' }).waitFor()
  await office.page.getByLabel('Reason').fill('Two prevention groups this winter.')
  await office.page.getByRole('button', { name: 'Send request' }).click()
  await office.page.getByText('Received', { exact: true }).waitFor()
  await look('scholarship request', office.page)
  await signIn(system.page, 'kit@system.example')
  await system.page.goto('/sessions')
  await system.page.getByRole('link', { name: 'Scholarship requests' }).click()
  await look('scholarship requests', system.page)
  await system.page.getByRole('link', { name: 'Sam Reyes' }).first().click()
  await system.page.getByRole('button', { name: 'Ask for more' }).click()
  await system.page.getByRole('link', { name: 'Enter what you need to know.' }).waitFor()
  await look('scholarship, problem', system.page)
  await system.page.getByLabel('Message to the program').fill('How many young people?')
  await system.page.getByRole('button', { name: 'Ask for more' }).click()
  await system.page.getByText('More information needed', { exact: true }).waitFor()
  await office.page.reload()
  await office.page.getByText('How many young people?').waitFor()
  await look('scholarship asked for more information', office.page)
  expect(problems).toEqual([])
  await office.context.close()
  await system.context.close()
})

async function aMorning(
  look: Look,
  options: BrowserContextOptions,
  [first, second]: readonly [string, string],
): Promise<void> {
  const began = world.clock.now
  const office = await aDevice(browser, world.address, options)
  const hand = await aDevice(browser, world.address, { ...onPhone, ...options })
  const other = await aDevice(browser, world.address, { ...onPhone, ...options })
  const { page } = office
  await signIn(page, 'rae@northstar.example')
  await page.goto('/sessions')
  await page.getByRole('link', { name: 'Publish a session' }).click()
  await page.getByRole('button', { name: 'Publish session' }).click()
  await page.getByRole('heading', { name: /Please fix/ }).waitFor()
  await look('publish a session, problems', page)
  const on = typedDay(addDays(dayOf(began), 2))
  const title = `Listening online, ${options.javaScriptEnabled === false ? 'plain' : 'with script'}`
  for (const [label, text] of [
    ['Title', title],
    ['Provider', 'Example Training Collaborative'],
    ['Instructor', 'Robin Example'],
    ['Place', 'Library, room 2'],
    ['Audience', 'Youth workers and night staff'],
    ['Places', '1'],
  ] as const)
    await page
      .getByRole('textbox', { name: label, exact: true })
      .or(page.getByLabel(`${label} (optional)`))
      .fill(text)
  await page.locator('#on1').fill(on)
  await page.locator('#from1').fill('9 am')
  await page.locator('#to1').fill('12 pm')
  await page.locator('label[for="subject"]').click()
  await page.getByRole('button', { name: 'Publish session' }).click()
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
  await look('session published', page)
  const address = new URL(page.url()).pathname

  await signIn(hand.page, first)
  await hand.page.goto('/courses')
  await look('courses with a session', hand.page)
  await hand.page.getByRole('link', { name: title }).click()
  await hand.page.getByRole('button', { name: 'Register' }).click()
  await hand.page.getByText('You have a place.').waitFor()
  await look('session with a place', hand.page)
  await signIn(other.page, second)
  await other.page.goto(address)
  await other.page.getByRole('button', { name: 'Join the waiting list' }).click()
  await other.page.getByText('You are number 1 on the waiting list.').waitFor()
  await look('session waiting', other.page)
  await other.page.goto('/sessions')
  await look('sessions of mine', other.page)
  await page.goto(`${address}/attendance`)
  await look('registrations', page)
  await hand.page.getByRole('button', { name: 'Cancel my registration' }).click()
  await hand.page
    .getByRole('button', { name: 'Register' })
    .or(hand.page.getByRole('button', { name: 'Join the waiting list' }))
    .waitFor()
  await other.page.goto(address)
  await other.page.getByText('You have a place.').waitFor()
  await hand.page.getByRole('button', { name: 'Join the waiting list' }).click()

  world.clock.now = new Date(began.getTime() + 4 * 86_400_000)
  await page.goto(`${address}/attendance`)
  await page.locator('.roll li').first().getByText('Present').click()
  await page
    .getByLabel(/Minutes missed/)
    .first()
    .fill('a while')
  await page.getByRole('button', { name: 'Record attendance' }).click()
  await page.getByRole('heading', { name: 'Please fix one problem' }).waitFor()
  await look('attendance, problem', page)
  await page
    .getByLabel(/Minutes missed/)
    .first()
    .fill('45')
  await page.getByRole('button', { name: 'Record attendance' }).click()
  await page.getByText('No credit', { exact: true }).waitFor()
  await page.getByRole('link', { name: /Correct/ }).click()
  await look('correct attendance', page)
  await page.getByLabel(/Minutes missed/).fill('15')
  await page.getByLabel('Reason for the correction').fill('They came back after the pause.')
  await page.getByRole('button', { name: 'Correct attendance' }).click()
  await page.getByText('Credit', { exact: true }).waitFor()
  await look('attendance recorded', page)
  await other.page.reload()
  await other.page.getByRole('link', { name: 'See which requirement it can count for' }).click()
  await other.page.getByText('No license holder or agency has decided on it yet.').waitFor()
  world.clock.now = began
  for (const { complaints, context } of [office, hand, other]) {
    expect(complaints.filter((complaint) => !/\b422\b/.test(complaint))).toEqual([])
    await context.close()
  }
}

async function takeTogether(look: Look, email: string, options: BrowserContextOptions): Promise<void> {
  const room = await aDevice(browser, world.address, options)
  const hand = await aDevice(browser, world.address, { ...onPhone, ...options })
  const [desk, mobile] = [room.page, hand.page]
  await signIn(desk, 'sam@northstar.example')
  await desk.goto('/group-sessions')
  await look('group sessions', desk)
  await desk.getByRole('link', { name: 'Create a session' }).click()
  await desk.getByRole('button', { name: 'Create session' }).click()
  await desk.getByRole('heading', { name: 'Please fix one problem' }).waitFor()
  await look('open a group session, problem', desk)
  await desk.getByLabel('Place').fill('Staff room')
  await desk.getByRole('button', { name: 'Create session' }).click()
  await desk.getByText('No one has joined yet.').waitFor()
  await look('group session open', desk)
  const code = (await desk.locator('.join-code [aria-hidden]').textContent())!

  // Signing in after following the code leads back to the session.
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
  await mobile.getByRole('button', { name: 'I attended from beginning to end' }).click()
  await mobile.getByText('You have confirmed your attendance.').waitFor()
  await look('group session confirmed', mobile)

  // With scripts the list updates automatically. Without them the page reloads.
  if (options.javaScriptEnabled === false) await desk.reload()
  await desk.getByText('1 joined, 1 confirmed').waitFor({ timeout: 20_000 })
  await look('group session with people', desk)
  await desk.getByRole('link', { name: /Record that they left early/ }).click()
  await desk.getByRole('button', { name: 'Record that they left' }).click()
  await desk.getByRole('heading', { name: 'Please fix one problem' }).waitFor()
  await look('left before the end', desk)
  await desk.getByRole('link', { name: 'Go back' }).click()
  // The group takes as long as the module does.
  world.clock.now = new Date(world.clock.now.getTime() + 3_600_000)
  await desk.getByRole('button', { name: 'Close the session' }).click()
  await desk.getByText('1 person').waitFor()
  await look('group session closed', desk)
  await mobile.getByRole('link', { name: 'Refresh this page' }).click()
  await mobile.getByText('of this module are marked as taken in the group.').waitFor()
  await look('group session counted', mobile)
  await mobile.getByRole('link', { name: 'Go to the questions' }).click()
  await mobile.getByRole('button', { name: 'Begin' }).waitFor()
  for (const { complaints, context } of [room, hand]) {
    // A form with errors answers 422, which the browser logs to its console.
    expect(complaints.filter((complaint) => !/\b(422|404)\b/.test(complaint))).toEqual([])
    await context.close()
  }
}
