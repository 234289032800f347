import { expect, test } from 'vitest'
import { readPaper } from '#test/handouts/paper-reading.ts'
import { aDevice, aServer, openBrowser, phone } from '#test/support/browser.ts'

test('a job aid printed from the browser fits on one page, without navigation', {
  timeout: 120_000,
}, async () => {
  const world = await aServer()
  const browser = await openBrowser()
  const { page, context, complaints } = await aDevice(browser, world.address, { viewport: phone })
  for (const { slug, sheet } of world.catalogue.jobAids) {
    await page.goto(`/job-aids/${slug}`)
    const paper = await readPaper(await page.pdf({ format: 'Letter', preferCSSPageSize: true, tagged: true }))
    expect([slug, paper.pages.length]).toEqual([slug, 1])
    expect(paper.letters).toContain(sheet.title.replaceAll(' ', ''))
    expect(paper.letters).not.toContain('Leavequickly')
    expect(paper.letters).not.toContain('Downloadit')
  }
  expect(complaints).toEqual([])
  await context.close()
  await browser.close()
  await world.app.close()
})
