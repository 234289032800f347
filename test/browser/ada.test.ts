import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExerciseType } from '#server/courses/exercises.ts'
import { exerciseTypes } from '#server/courses/exercises.ts'
import { readPdf } from '#test/certificates/reading.ts'
import { aDevice, aServer, openBrowser, phone, signIn } from '#test/support/browser.ts'
import { readQr } from './paper.ts'
import { answerOn, beginCourse, type Look, readOn, type Walk } from './walking.ts'

const email = 'ada@northstar.example'
let browser: Browser

beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

describe.each([
  { way: 'with scripts', javaScriptEnabled: true },
  { way: 'without scripts', javaScriptEnabled: false },
])('Ada, $way', ({ javaScriptEnabled }) => {
  test('takes all five modules, prints her certificate, and a stranger verifies it', {
    timeout: 180_000,
  }, async () => {
    const world = await aServer()
    const course = world.catalogue.courses.get('residential-settings')!.current
    const atWork = await aDevice(browser, world.address, { javaScriptEnabled })
    const onPhone = await aDevice(browser, world.address, {
      javaScriptEnabled,
      viewport: phone,
      isMobile: true,
    })
    const look: Look = async () => {}
    const walk: Walk = { world, email, course, look }
    const tried = new Set<ExerciseType>()
    const [first, second, third, ...later] = course.modules as [...typeof course.modules]

    await signIn(atWork.page, email)
    await beginCourse(walk, atWork.page)
    await readOn(walk, atWork.page, first!, tried)
    await failOnce(walk, atWork.page, first!)

    // The phone opens at the lesson where the other device stopped, and later at the same question.
    await readOn(walk, atWork.page, second!, tried, second!.lessons[3])
    await signIn(onPhone.page, email)
    await onPhone.page.getByRole('main').getByRole('link', { name: 'Continue' }).click()
    expect(onPhone.page.url()).toBe(atWork.page.url())
    await readOn(walk, onPhone.page, second!, tried)
    await onPhone.page.getByRole('button', { name: 'Begin' }).click()
    await answerOn(walk, onPhone.page, second!, true, 3)
    await atWork.page.goto('/')
    await atWork.page.getByRole('main').getByRole('link', { name: 'Continue' }).click()
    await atWork.page.getByRole('button', { name: 'Go on where you were' }).click()
    await expectCount(atWork.page, await onPhone.page.getByRole('heading', { level: 1 }).innerText())
    await answerOn(walk, atWork.page, second!, true)
    await atWork.page.getByRole('link', { name: 'Continue' }).click()

    for (const module of [third!, ...later]) {
      await readOn(walk, atWork.page, module, tried)
      await pass(walk, atWork.page, module)
    }
    expect([...tried].sort()).toEqual([...exerciseTypes].sort())

    const download = atWork.page.waitForEvent('download')
    await atWork.page.getByRole('link', { name: 'Download your certificate' }).click()
    const pdf = await readFile(await (await download).path())
    const paper = await readPdf(new Uint8Array(pdf))
    for (const printed of [
      'Ada Lindqvist',
      course.title,
      'North Star House',
      '9900001',
      ...course.modules.map((one) => one.title),
    ])
      expect(paper.text).toContain(printed)

    const address = await readQr(browser, pdf)
    expect(address).toMatch(`${world.address}/verify/`)
    const stranger = await aDevice(browser, world.address, { javaScriptEnabled })
    await stranger.page.goto(address!)
    await stranger.page.getByRole('heading', { name: 'This certificate is valid.' }).waitFor()
    expect(await stranger.page.getByRole('main').innerText()).not.toContain('Lindqvist')
    await stranger.page.getByLabel('Name as printed').fill('Ada Lindqvist')
    await stranger.page.getByRole('button', { name: 'Compare' }).click()
    const record = await factsOf(stranger.page)
    expect(record.Name).toContain('Ada Lindqvist')
    for (const name of ['Certificate number', 'Course', 'Version', 'The law that asks for it'])
      expect(paper.text).toContain(record[name])
    expect(paper.text).toContain(record.Completed!.split(/, \d+ modules/)[0])

    expect([...atWork.complaints, ...onPhone.complaints, ...stranger.complaints]).toEqual([])
    await Promise.all([atWork, onPhone, stranger].map(({ context }) => context.close()))
    await world.app.close()
  })
})

async function failOnce(walk: Walk, page: Page, module: Walk['course']['modules'][number]): Promise<void> {
  await page.getByRole('button', { name: 'Begin' }).click()
  await answerOn(walk, page, module, false)
  await page.getByRole('heading', { name: 'Not there yet' }).waitFor()
  await page.getByRole('button', { name: 'Try again' }).click()
  await answerOn(walk, page, module, true)
  await page.getByRole('heading', { name: 'You have passed this module' }).waitFor()
  await page.getByRole('link', { name: 'Continue' }).click()
}

async function pass(walk: Walk, page: Page, module: Walk['course']['modules'][number]): Promise<void> {
  await page.getByRole('button', { name: 'Begin' }).click()
  await answerOn(walk, page, module, true)
  await page
    .getByRole('link', { name: module === walk.course.modules.at(-1) ? 'See your certificate' : 'Continue' })
    .click()
}

const expectCount = (page: Page, words: string) =>
  page.getByRole('heading', { level: 1, name: words }).waitFor()

/** The record on the page, as it stands to be held against the paper. */
async function factsOf(page: Page): Promise<Record<string, string>> {
  await page.getByText('the name you typed is the one printed').waitFor()
  const rows = await page.locator('dl.facts > div').all()
  return Object.fromEntries(
    await Promise.all(
      rows.map(
        async (row) => [await row.locator('dt').innerText(), await row.locator('dd').innerText()] as const,
      ),
    ),
  )
}
