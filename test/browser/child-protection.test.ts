import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ExerciseType } from '#server/courses/catalogue/question-types.ts'
import { readPdf } from '#test/certificates/reading.ts'
import { aDevice, aServer, openBrowser, phone, signIn } from '#test/support/browser.ts'
import { answerOn, readOn, type Walk } from './walking.ts'

const email = 'jo@county.example'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

test('Jo takes all six modules on a phone; the course, first lesson and certificate say that the Academy course is still required', {
  timeout: 300_000,
}, async () => {
  const world = await aServer()
  const course = world.catalogue.courses.get('child-protection')!.current
  const walk: Walk = { world, email, course, look: async () => {} }
  const { page, context, complaints } = await aDevice(browser, world.address, {
    viewport: phone,
    isMobile: true,
  })
  const tried = new Set<ExerciseType>()

  await signIn(page, email)
  await page.goto(`/courses/${course.slug}`)
  await page.getByText(course.supplementary).first().waitFor()
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByRole('heading', { level: 1, name: course.modules[0]!.lessons[0]!.title }).waitFor()
  await page.getByText('meet the legal duty on its own').waitFor()
  for (const module of course.modules) {
    await readOn(walk, page, module, tried)
    await page.getByRole('button', { name: 'Begin' }).click()
    await answerOn(walk, page, module, true)
    if (module !== course.modules.at(-1)) await page.getByRole('link', { name: 'Continue' }).click()
  }
  await page.getByRole('heading', { name: 'You finished the course' }).waitFor()

  const coming = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download certificate' }).click()
  const paper = await readPdf(new Uint8Array(await readFile(await (await coming).path())))
  for (const printed of [course.title, ...course.modules.map(({ title }) => title)])
    expect(paper.text).toContain(printed)
  expect(paper.text.replaceAll(/\s+/g, ' ')).toContain(course.supplementary)
  expect(complaints).toEqual([])
  await context.close()
  await world.app.close()
})
