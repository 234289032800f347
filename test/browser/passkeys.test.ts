import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessibilityProblems, aDevice, aServer, openBrowser, phone, signIn } from '#test/support/browser.ts'

const ada = 'ada@northstar.example'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

/** A phone's own authenticator, which unlocks by itself. */
async function anAuthenticator(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return session
}

test('a passkey is added on the account page and signs its owner in; removed, it no longer does', async () => {
  const { address, db } = await aServer({}, 'localhost')
  const { page, context, complaints } = await aDevice(browser, address, { viewport: phone })
  const session = await anAuthenticator(page)
  await signIn(page, ada)
  await page.goto('/account')
  await page.getByRole('link', { name: 'Passkeys and authenticator app' }).click()
  expect(await accessibilityProblems(page)).toEqual([])
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page
    .getByRole('strong')
    .filter({ hasText: /Passkey made on/ })
    .waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  await page.getByRole('button', { name: 'Make recovery codes' }).click()
  expect(
    await page
      .getByRole('listitem')
      .filter({ has: page.locator('code') })
      .count(),
  ).toBe(10)
  expect(complaints).toEqual([])

  // The sign-in page offers the passkey by itself, in the email field; the button asks for it too.
  await context.clearCookies()
  await page.goto('/sign-in?next=/account')
  await page
    .getByRole('button', { name: 'Use a passkey' })
    .click()
    .catch(() => {})
  await page.waitForURL(`${address}/account`)
  await page.getByRole('heading', { level: 1, name: 'Your account' }).waitFor()

  const used = await db.selectFrom('passkeys').select('last_used_at').executeTakeFirstOrThrow()
  expect(used.last_used_at).not.toBeNull()
  await db.deleteFrom('passkeys').execute()
  await context.clearCookies()
  await session.send('WebAuthn.disable')
  await anAuthenticator(page)
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByRole('alert').filter({ hasText: /./ }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/sign-in')
})

test('a password can be shown, is one field, and takes the suggested passphrase', async () => {
  const { address } = await aServer({}, 'localhost')
  const { page, complaints } = await aDevice(browser, address, { viewport: phone })
  await signIn(page, ada)
  await page.goto('/account/password')
  await page.getByRole('button', { name: 'Use it' }).click()
  const field = page.getByLabel('New password')
  expect(await field.getAttribute('type')).toBe('text')
  expect((await field.inputValue()).length).toBeGreaterThan(14)
  await page.getByRole('button', { name: 'Hide password' }).click()
  expect(await field.getAttribute('type')).toBe('password')
  expect(await accessibilityProblems(page)).toEqual([])
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('Your password has been changed.').waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  expect(complaints).toEqual([])
})
