import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Module } from '#server/courses/catalogue/catalogue.ts'
import type { ExerciseType } from '#server/courses/catalogue/question-types.ts'
import { readPdf } from '#test/certificates/reading.ts'
import { aDevice, aServer, openBrowser, phone, signIn } from '#test/support/browser.ts'
import { answerOn, readOn, type Walk } from './walking.ts'

const email = 'mai@northstar.example'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

test('Mai takes the refresher on a phone, reads what the diagnostic picked, and gets a certificate that says what it can count for', {
  timeout: 300_000,
}, async () => {
  const world = await aServer()
  const course = world.catalogue.courses.get('residential-refresher')!.current
  const walk: Walk = { world, email, course, look: async () => {} }
  const { page, context, complaints } = await aDevice(browser, world.address, {
    viewport: phone,
    isMobile: true,
  })
  const tried = new Set<ExerciseType>()
  const [diagnostic, ...rest] = course.modules as [Module, ...Module[]]

  await signIn(page, email)
  await page.goto(`/courses/${course.slug}`)
  await page.getByRole('button', { name: 'Begin' }).click()
  await readOn(walk, page, diagnostic, tried)
  await page.getByRole('button', { name: 'Begin' }).click()
  await answerOn(walk, page, diagnostic, false, 1)
  await answerOn(walk, page, diagnostic, true)
  await page.getByRole('heading', { name: 'Here’s what you still know' }).waitFor()
  await page.getByRole('link', { name: 'Continue' }).click()
  for (const module of rest.slice(0, -1)) await readOn(walk, page, module, tried)
  await page.getByLabel('On my next shift, I will …').fill('Knock first.')
  await page.getByRole('button', { name: 'Finish the refresher' }).click()
  await page.getByText('Knock first.').waitFor()

  const coming = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download your certificate' }).click()
  const paper = await readPdf(new Uint8Array(await readFile(await (await coming).path())))
  expect(paper.text).toContain(course.title)
  expect(paper.text.replaceAll(/\s+/g, ' ')).toContain(course.supplementary)
  expect(complaints).toEqual([])
  await context.close()
  await world.app.close()
})
