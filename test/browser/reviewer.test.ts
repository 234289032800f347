import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { door, fixtureDir, pool, publish } from '#test/courses/fixture.ts'
import { aDevice, aServer, openBrowser, phone, type Served, signIn } from '#test/support/browser.ts'
import { type Look, looking } from './looking.ts'

let browser: Browser
let world: Served
let dir = ''
beforeAll(async () => {
  browser = await openBrowser()
  // Three versions of a small course: one change of meaning after the other.
  dir = mkdtempSync(join(tmpdir(), 'courses-'))
  cpSync(fixtureDir, dir, { recursive: true })
  const edit = (path: string, change: (text: string) => string) =>
    writeFileSync(join(dir, path), change(readFileSync(join(dir, path), 'utf8')))
  publish(dir, 'welcome', '1.0.0', '--change', 'meaning', '--summary', 'More of it.')
  edit('welcome/course.yml', (text) => text.replace('1.0.0', '1.1.0'))
  edit(door, (text) => text.replace('Tea first', 'Soup first'))
  edit(pool, (text) => text.replace('It is warm.', 'It warms.'))
  publish(dir, 'welcome', '1.1.0', '--change', 'meaning', '--summary', 'Soup comes first.')
  world = await aServer({ catalogue: loadCourses(dir).catalogue })
}, 60_000)
afterAll(async () => {
  await world.app.close()
  await browser.close()
  rmSync(dir, { recursive: true })
})

const letter = {
  name: 'letter.pdf',
  mimeType: 'application/pdf',
  buffer: Buffer.from('%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n'),
}

test('Noor reads a version, comments, compares two versions and records an approval; Ines confirms it and Noor withdraws it', {
  timeout: 180_000,
}, async () => {
  const { look, problems } = looking()
  const noor = await aDevice(browser, world.address)
  await signIn(noor.page, 'noor@review.example')
  await readAndComment(noor.page, look)
  await compare(noor.page, look)
  await recordApproval(noor.page, look)

  const ines = await aDevice(browser, world.address, { viewport: phone })
  await signIn(ines.page, 'ines@review.example')
  await ines.page.goto('/review/courses')
  await ines.page.getByText('Approval waiting for confirmation').waitFor()
  await look('courses to review, an approval waits', ines.page)
  await ines.page.getByRole('link', { name: 'Version 1.1.0' }).click()
  await look('an approval to confirm', ines.page)
  const [download] = await Promise.all([
    ines.page.waitForEvent('download'),
    ines.page.getByRole('link', { name: 'The document (PDF)' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('letter.pdf')
  await ines.page.locator('summary', { hasText: 'Refuse this approval' }).click()
  await ines.page.getByRole('button', { name: 'Refuse this approval' }).click()
  await ines.page.getByText('Enter a reason. It stays on the record.').first().waitFor()
  await look('refusing without a reason', ines.page)
  await ines.page.getByRole('button', { name: 'Confirm this approval' }).click()
  await ines.page.getByText('In force', { exact: true }).waitFor()

  const visitor = await aDevice(browser, world.address)
  const isApproved = async () => {
    await visitor.page.goto('/courses/welcome')
    return visitor.page.getByText('was approved by Commissioner of Human Services').isVisible()
  }
  expect(await isApproved()).toBe(true)
  await noor.page.reload()
  await noor.page.locator('summary', { hasText: 'Withdraw this approval' }).click()
  await look('an approval in force, withdrawing it', noor.page)
  await noor.page.getByLabel('Reason').fill('It was given for version 1.0.0.')
  await noor.page.getByRole('button', { name: 'Withdraw this approval' }).click()
  await noor.page.getByText('Withdrawn', { exact: true }).waitFor()
  expect(await isApproved()).toBe(false)

  expect(problems).toEqual([])
  // A form with errors answers 422, which the browser logs to its console.
  for (const { complaints } of [noor, ines, visitor])
    expect(complaints.filter((complaint) => !complaint.includes('422'))).toEqual([])
  for (const { context } of [noor, ines, visitor]) await context.close()
})

async function readAndComment(page: Page, look: Look) {
  await page.goto('/review/courses')
  await look('courses to review', page)
  await page.getByRole('link', { name: 'Version 1.1.0' }).click()
  await look('a version to review', page)
  await page.getByRole('link', { name: 'At the door' }).click()
  await look('a lesson to review', page)
  const paragraph = page.locator('p', { hasText: 'Soup first' }).first()
  await paragraph.getByRole('link', { name: /^Comment/ }).click()
  await page.getByRole('heading', { name: 'Comment on this paragraph' }).waitFor()
  await page.getByRole('button', { name: 'Save comment' }).click()
  await page.getByText('Enter a comment.').first().waitFor()
  await look('a comment without words', page)
  await page.getByLabel('What would you change, and why?').fill('Ask whether they like soup.')
  await page.getByRole('button', { name: 'Save comment' }).click()
  await page.getByText('Ask whether they like soup.').waitFor()
  await look('a lesson with a comment', page)
  await page.getByRole('link', { name: 'Practice' }).first().click()
  expect(await page.getByText('Answers and explanations').count()).toBeGreaterThan(3)
  expect(await page.locator('fieldset[disabled] input:enabled').count()).toBe(0)
  const ofExercise = page.locator('.review-exercise-comments').first()
  await ofExercise.getByRole('link', { name: /^Comment/ }).click()
  await page.getByLabel('What would you change, and why?').fill('A third choice would help.')
  await page.getByRole('button', { name: 'Save comment' }).click()
  await ofExercise.getByText('A third choice would help.').waitFor()
  await look('a lesson with exercises to review', page)
  await page.getByRole('link', { name: 'Questions', exact: true }).click()
  await page.getByText('All questions of this module').click()
  await look('questions to review', page)
}

async function compare(page: Page, look: Look) {
  await page.goto('/review/courses/welcome/1.1.0')
  await page.getByRole('link', { name: 'With version 1.0.0' }).click()
  const row = page.locator('tr', { hasText: 'Soup' })
  expect(await row.locator('del').allTextContents()).toEqual(['Tea'])
  expect(await row.locator('ins').allTextContents()).toEqual(['Soup'])
  await look('two versions side by side', page)
}

async function recordApproval(page: Page, look: Look) {
  await page.goto('/review/courses/welcome/1.1.0')
  await page.getByText('Record an approval', { exact: true }).click()
  await page.getByLabel('Approved by').fill('Commissioner of Human Services')
  await page.getByRole('button', { name: 'Record approval' }).click()
  await page.getByText('Enter the document’s reference or number.').first().waitFor()
  expect(await page.getByLabel('Approved by').inputValue()).toBe('Commissioner of Human Services')
  await look('recording without a reference', page)
  await page.getByLabel('Reference').fill('Letter 26-17')
  await page.getByLabel('Approved on').fill('3/15/2026')
  await page.getByLabel('In effect from').fill('4/1/2026')
  await page.getByLabel('The document').setInputFiles(letter)
  await page.getByRole('button', { name: 'Record approval' }).click()
  await page
    .getByText('You recorded this approval, so a second reviewer must confirm or refuse it.')
    .waitFor()
}

test('a reviewer can comment on a paragraph with only the keyboard', { timeout: 60_000 }, async () => {
  const { page, context } = await aDevice(browser, world.address)
  await signIn(page, 'ines@review.example')
  await page.goto('/review/courses/welcome/1.0.0/lessons/first-day/at-the-door')
  const reach = async (what: string) => {
    for (let presses = 0; presses < 80; presses++) {
      await page.keyboard.press('Tab')
      const words = await page.evaluate(() => {
        const { activeElement } = document
        return activeElement instanceof HTMLTextAreaElement ? 'the text' : (activeElement?.textContent ?? '')
      })
      if (words.includes(what)) return
    }
    throw new Error(`Tab never came to “${what}”.`)
  }
  await reach('Comment on “')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\?paragraph=/)
  await page.waitForLoadState('networkidle')
  await reach('the text')
  await page.keyboard.type('Plain and warm.')
  await reach('Save comment')
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.search === '')
  await page.getByText('Plain and warm.').waitFor()
  await context.close()
})
