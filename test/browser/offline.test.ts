import { expect, test } from 'vitest'
import { programId } from '#test/programs/programs.ts'
import { aDevice, aServer, openBrowser, phone, signIn } from '#test/support/browser.ts'
import { looking } from './looking.ts'

test('cards for a moment of need open without an account, and stay on the phone without a connection until the person leaves', {
  timeout: 120_000,
}, async () => {
  const world = await aServer()
  const browser = await openBrowser()
  const { page, context, complaints } = await aDevice(browser, world.address, { viewport: phone })
  const { look, problems } = looking(['phone', 'phone-dark'])
  await page.goto('/right-now')
  await look('right now', page)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.getByRole('link', { name: /told me something/ }).click()
  await page.waitForURL('**/right-now/told-me')
  await look('card', page)
  await page.goto('/offline')
  await look('offline', page)

  await context.setOffline(true)
  await page.goto('/right-now/came-back')
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('A young person came back')
  await page.goto('/job-aids/reporting-card')
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Reporting card')
  await page.goto('/courses')
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('There’s no connection')

  await context.setOffline(false)
  await page.goto('/right-now')
  await page.route('https://www.weather.gov/**', (route) => route.fulfill({ body: 'Weather' }))
  await page.getByRole('link', { name: 'Leave quickly' }).click()
  await page.waitForURL('https://www.weather.gov/**')
  await context.setOffline(true)
  await expect(page.goto(`${world.address}/right-now`)).rejects.toThrow()
  expect(problems).toEqual([])
  expect(
    complaints.filter(
      (one) => !/ERR_INTERNET_DISCONNECTED|ERR_FAILED|asked https:\/\/www.weather.gov/.test(one),
    ),
  ).toEqual([])
  await context.close()
  await browser.close()
  await world.app.close()
})

test('two minutes before a session ends, the person is told and can stay', { timeout: 120_000 }, async () => {
  const world = await aServer()
  const browser = await openBrowser()
  const { page, context, complaints } = await aDevice(browser, world.address, { viewport: phone })
  await page.clock.install()
  await signIn(page, 'ada@northstar.example')
  await page.clock.fastForward('57:59')
  expect(await page.getByRole('button', { name: 'Stay signed in' }).count()).toBe(0)
  await page.clock.fastForward('00:02')
  await page.getByText('You’ll be signed out in two minutes.').waitFor()
  await page.getByRole('button', { name: 'Stay signed in' }).click()
  await page.getByRole('button', { name: 'Stay signed in' }).waitFor({ state: 'detached' })
  await page.clock.fastForward('58:01')
  // This time the session is gone before the answer.
  await world.db.deleteFrom('sessions').execute()
  await page.getByRole('button', { name: 'Stay signed in' }).click()
  await page.getByText('You were signed out.').waitFor()
  expect(complaints).toEqual([])
  await context.close()
  await browser.close()
  await world.app.close()
})

test('a shift list that a phone keeps answers without a connection, and is never a yes past its end', {
  timeout: 120_000,
}, async () => {
  const world = await aServer()
  await world.db.updateTable('programs').set({ checks_shifts: true }).execute()
  const program = await programId(world.db, 'North Star House')
  const browser = await openBrowser()
  const { page, context, complaints } = await aDevice(browser, world.address, { viewport: phone })
  const { look, problems } = looking(['phone'])
  await page.clock.install()
  await signIn(page, 'sam@northstar.example')
  await page.goto(`/programs/${program}/shifts`)
  await page.getByRole('button', { name: 'Keep the list on this phone' }).click()
  await page.getByText(/^Kept\./).waitFor()
  await page.evaluate(() => navigator.serviceWorker.ready)

  await context.setOffline(true)
  await page.goto(`/programs/${program}/shifts`)
  await page.getByRole('link', { name: /Shift list/ }).click()
  const mai = page.getByRole('checkbox', { name: /Mai Vang/ })
  await page.getByText('Mai Vang Cleared').waitFor()
  await look('kept list', page)
  await mai.check({ force: true })
  await page.getByRole('button', { name: 'Note this check-in' }).click()
  await page.getByText(/isn’t on record yet/).waitFor()
  await page.clock.fastForward('25:00:00')
  await page.getByText('Mai Vang Unknown, ask').waitFor()
  expect(await page.getByText(/Cleared$/).count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Note this check-in' }).isDisabled()).toBe(true)

  await context.setOffline(false)
  await page.goto(`/programs/${program}/shifts`)
  world.clock.now = new Date(Date.now() + 60_000)
  await page.getByRole('button', { name: 'Send the check-in' }).click()
  await page.getByText(/Made without a connection/).waitFor()
  await page.goto(`/programs/${program}/shifts`)
  expect(await page.getByRole('button', { name: 'Send the check-in' }).count()).toBe(0)
  expect(problems).toEqual([])
  expect(complaints.filter((one) => !/ERR_INTERNET_DISCONNECTED|ERR_FAILED/.test(one))).toEqual([])
  await context.close()
  await browser.close()
  await world.app.close()
})
