import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dayOf } from '#server/lib/days.ts'
import { programId } from '#test/programs/programs.ts'
import { aDevice, aServer, openBrowser, signIn } from '#test/support/browser.ts'
import { personId } from '#test/support/cast.ts'
import { looking } from './looking.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

test('Rae asks for a second administrator, Lee confirms, Rae ends the role and undoes it; Ivy answers a program, and Kit opens a record', {
  timeout: 240_000,
}, async () => {
  const { look, problems } = looking(['desk', 'phone'])
  const world = await aServer()
  const pageOf = async (email: string) => {
    const { page } = await aDevice(browser, world.address)
    await signIn(page, email)
    return page
  }
  const program = await programId(world.db, 'North Star House')
  const rae = await pageOf('rae@northstar.example')
  await rae.goto(`/programs/${program}/roles`)
  await rae.getByLabel('Name').fill('Sam Reyes')
  await rae.getByLabel('Email').fill('sam@northstar.example')
  await rae.locator('input[value=program_admin] + label').click()
  await rae.getByRole('button', { name: 'Give role' }).click()
  await rae.getByText('The role takes effect when a second person confirms it.').waitFor()
  await look('roles of a program', rae)
  await rae.goto('/confirmations')
  await look('asked by oneself', rae)

  const lee = await pageOf('lee@licensing.example')
  await lee.goto('/confirmations')
  await look('to confirm', lee)
  await lee.getByRole('button', { name: /^Confirm.*Sam Reyes/ }).click()
  await lee.getByText('Confirmed. It is in effect now.').waitFor()

  await rae.goto(`/programs/${program}/access`)
  await look('access review of a program', rae)
  await rae.getByRole('button', { name: 'Confirm this list' }).click()
  await rae.getByText('Confirmed. The next time is in a year.').waitFor()
  await rae.getByRole('link', { name: /^End this role.*Sam Reyes: Program administrator/ }).click()
  await look('end a role', rae)
  await rae.getByRole('button', { name: 'End this role' }).click()
  await rae.getByRole('button', { name: /^Undo the end.*Sam Reyes/ }).click()
  await rae.getByText('Undone.').waitFor()

  await rae.goto(`/programs/${program}/roster/new`)
  await rae.getByLabel('Name').fill('Ivy Sorensen')
  await rae.getByLabel('Email').fill('ivy@lakeside.example')
  await rae.getByLabel('Worker type').selectOption('employee')
  await rae.getByLabel('Hired on').fill(dayOf(new Date()))
  await rae.getByRole('button', { name: 'Add to roster' }).click()
  await rae.getByText('Ivy Sorensen is on the roster').first().waitFor()
  const ivy = await pageOf('ivy@lakeside.example')
  await ivy.goto('/account/record')
  await look('asked for one’s record', ivy)
  await ivy.getByRole('button', { name: 'Make a link' }).click()
  const link = (await ivy.locator('code').textContent()) ?? ''
  await look('a link to one’s record', ivy)
  await rae.goto(new URL(link).pathname)
  await look('a record handed over', rae)

  const kit = await pageOf('kit@system.example')
  await kit.goto('/access')
  await look('access review of the installation', kit)
  await kit.goto('/admin/records')
  await look('records opened', kit)
  await kit.goto(`/admin/records/${await personId(world.db, 'ada@northstar.example')}`)
  await look('ask to open a record', kit)
  await kit.getByLabel('Why do you need to see it?').fill('A certificate does not open')
  await kit.getByRole('button', { name: 'Open for an hour' }).click()
  await kit.getByText('Everyone concerned got a message.').waitFor()
  await look('an opened record', kit)
  expect(problems).toEqual([])
})
