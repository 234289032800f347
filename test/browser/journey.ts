import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Module } from '#server/courses/catalogue/catalogue.ts'
import { type ExerciseType, exerciseTypes } from '#server/courses/catalogue/question-types.ts'
import { type Reading, readPdf } from '#test/certificates/reading.ts'
import { aDevice, aServer, phone, signIn } from '#test/support/browser.ts'
import type { Look } from './looking.ts'
import { readQr } from './paper.ts'
import { answerOn, beginCourse, readOn, type Walk } from './walking.ts'

const email = 'ada@northstar.example'

/**
 * The main journey: Ada takes the residential course on two devices, fails one assessment and downloads her
 * certificate. A visitor with the printed certificate verifies it. Any console or network error fails the test.
 */
export async function journey(
  browser: Browser,
  options: { javaScriptEnabled: boolean; look: Look },
): Promise<void> {
  const { javaScriptEnabled, look } = options
  const world = await aServer()
  const course = world.catalogue.courses.get('residential-settings')!.current
  const [first, second, ...later] = course.modules as [Module, Module, ...Module[]]
  const walk: Walk = { world, email, course, look }
  const tried = new Set<ExerciseType>()
  const work = await aDevice(browser, world.address, { javaScriptEnabled })
  const pocket = await aDevice(browser, world.address, { javaScriptEnabled, viewport: phone, isMobile: true })

  await work.page.goto('/sign-in')
  await look('sign in', work.page)
  await signIn(work.page, email)
  await beginCourse(walk, work.page)
  await readOn(walk, work.page, first, tried)
  await failOnce(walk, work.page, first)

  // The phone resumes at the lesson where the desktop stopped; then the desktop at the question where the phone stopped.
  await readOn(walk, work.page, second, tried, second.lessons[3])
  await signIn(pocket.page, email)
  await look('home under way', pocket.page)
  await goOn(pocket.page)
  expect(pocket.page.url()).toBe(work.page.url())
  await readOn(walk, pocket.page, second, tried)
  await pocket.page.getByRole('button', { name: 'Begin' }).click()
  await answerOn(walk, pocket.page, second, true, 3)
  await work.page.goto('/')
  await goOn(work.page)
  await work.page.getByRole('button', { name: 'Continue where you left off' }).click()
  const question = (await pocket.page.getByRole('heading', { level: 1 }).textContent())!
  await work.page.getByRole('heading', { level: 1, name: question }).waitFor()
  expect(work.page.url()).toBe(pocket.page.url())
  await answerOn(walk, work.page, second, true)
  await work.page.getByRole('link', { name: 'Continue' }).click()

  // The rest of the way, to the certificate, is taken on the phone.
  await pocket.page.goto('/')
  await goOn(pocket.page)
  for (const module of later) await passModule(walk, pocket.page, module, tried)
  expect([...tried].sort()).toEqual([...exerciseTypes].sort())
  const pdf = await download(pocket.page)
  await pocket.page.goto(`/courses/${course.slug}`)
  await look('course completed', pocket.page)
  const paper = await readPdf(new Uint8Array(pdf))
  for (const printed of ['Ada Lindqvist', course.title, 'North Star House', '9900001'])
    expect(paper.text).toContain(printed)
  for (const { title } of course.modules) expect(paper.text).toContain(title)
  const stranger = await aDevice(browser, world.address, { javaScriptEnabled })
  await verify(stranger.page, look, (await readQr(browser, pdf)) ?? 'no code was found on the paper', paper)

  await pocket.page.goto('/')
  await look('home after the course', pocket.page)
  expect([work, pocket, stranger].flatMap(({ complaints }) => complaints)).toEqual([])
  for (const { context } of [work, pocket, stranger]) await context.close()
  await world.app.close()
}

const goOn = (page: Page) => page.getByRole('main').getByRole('link', { name: 'Continue' }).click()

async function failOnce(walk: Walk, page: Page, module: Module): Promise<void> {
  await walk.look('questions ahead', page)
  await page.getByRole('button', { name: 'Begin' }).click()
  await answerOn(walk, page, module, false)
  await page.getByRole('heading', { name: 'Not there yet' }).waitFor()
  await walk.look('not there yet', page)
  await page.getByRole('button', { name: 'Try again' }).click()
  await answerOn(walk, page, module, true)
  await page.getByRole('heading', { name: 'You have passed this module' }).waitFor()
  await walk.look('module passed', page)
  await page.getByRole('link', { name: 'Continue' }).click()
}

async function passModule(walk: Walk, page: Page, module: Module, tried: Set<ExerciseType>): Promise<void> {
  await readOn(walk, page, module, tried)
  await page.getByRole('button', { name: 'Begin' }).click()
  await answerOn(walk, page, module, true)
  if (module !== walk.course.modules.at(-1)) return page.getByRole('link', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'You finished the course' }).waitFor()
  await walk.look('course finished', page)
}

async function download(page: Page): Promise<Buffer> {
  const coming = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download certificate' }).click()
  return readFile(await (await coming).path())
}

/** Without signing in: the QR code leads to the record, which is compared with the certificate. */
async function verify(page: Page, look: Look, address: string, paper: Reading): Promise<void> {
  await page.goto(address)
  await page.getByRole('heading', { name: 'This certificate is valid.' }).waitFor()
  await look('verdict', page)
  expect(await page.getByRole('main').textContent()).not.toContain('Lindqvist')
  await page.getByLabel('Name as printed').fill('Ada Lindqvist')
  await page.getByRole('button', { name: 'Compare' }).click()
  await page.getByText('This matches the name you typed.').waitFor()
  await look('verdict with the name', page)
  const fact = async (name: string) =>
    (await page
      .locator('dl.facts > div', { has: page.getByText(name, { exact: true }) })
      .locator('dd')
      .textContent())!
  expect(await fact('Name')).toContain('Ada Lindqvist')
  for (const name of ['Certificate number', 'Course', 'Version', 'Required by'])
    expect(paper.text).toContain(await fact(name))
  expect(paper.text).toContain(/^\w+ \d+, \d{4}/.exec(await fact('Completed'))![0])
}
