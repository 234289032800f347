import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issue } from '#test/certificates/issued.ts'
import { aServer, openBrowser, type Served } from '#test/support/browser.ts'
import { looking } from './looking.ts'

type File = Readonly<{ name: string; mimeType: string; buffer: Buffer }>

let browser: Browser
let served: Served
let files: readonly File[]

const file = (name: string, bytes: Uint8Array | string): File => ({
  name,
  mimeType: name.endsWith('.pdf') ? 'application/pdf' : 'application/json',
  buffer: Buffer.from(bytes),
})

function changed(bytes: Buffer, from: string, to: string): Buffer {
  const copy = Buffer.from(bytes)
  const at = copy.indexOf(from)
  if (at < 0 || from.length !== to.length) throw new Error(`There is no ${from}.`)
  copy.write(to, at)
  return copy
}

beforeAll(async () => {
  browser = await openBrowser()
  served = await aServer()
  const { number } = await served.db.selectFrom('certificates').select('number').executeTakeFirstOrThrow()
  const mai = await served.as('mai@northstar.example')
  const pdf = (await mai.get(`/certificates/${number}.pdf`)).rawPayload
  const json = (await mai.get(`/certificates/${number}.json`)).rawPayload
  const credential = JSON.parse(json.toString())
  const another = {
    ...credential,
    credentialSubject: { ...credential.credentialSubject, licenseNumber: 'SH-000999' },
  }
  files = [
    file('genuine.pdf', pdf),
    file('genuine.json', json),
    file('indented.json', JSON.stringify(credential, null, 2)),
    file('page.pdf', changed(pdf, '/MediaBox [0 0 792 612]', '/MediaBox [0 0 792 300]')),
    file('name.pdf', changed(pdf, 'Mai Vang', 'Mae Vang')),
    file('signature.pdf', changed(pdf, '"proofValue":"z', '"proofValue":"y')),
    file('appended.pdf', Buffer.concat([pdf, Buffer.from('\n%%EOF\n')])),
    file('another.json', JSON.stringify(another)),
    file('twice.json', json.toString().replace('"licenseNumber"', '"licenseNumber":"x","licenseNumber"')),
    file('proto.json', json.toString().replace('"licenseNumber"', '"__proto__":{},"licenseNumber"')),
    file('theirs.pdf', (await issue()).pdf),
    file('note.json', '"Mai passed, honestly."'),
    file('other.pdf', '%PDF-1.7\n%%EOF\n'),
    file('binary.json', Buffer.from([0xff, 0xfe, 0x00])),
  ]
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await served?.app.close()
})

/** The page's result for each file, and the requests that were sent. */
async function verdicts(page: Page, chosen: readonly File[]) {
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST')
      sent.push(
        `${new URL(request.url()).pathname} ${(request.headers()['content-type'] ?? '').split(';')[0]}`,
      )
  })
  await page.goto(`${served.address}/verify`)
  await page.getByLabel('Files').setInputFiles([...chosen])
  await page.getByRole('button', { name: 'Check the files' }).click()
  await page.getByRole('heading', { name: 'What this means' }).waitFor()
  const said = await page.locator('.verdict').allInnerTexts()
  return { sent, said, lead: await page.locator('.lead').innerText() }
}

describe('files dropped on the verification page', () => {
  test('get the same result from the browser, which does not send them, and from the server', async () => {
    const here = await (await browser.newContext()).newPage()
    const there = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
    const [kept, sent] = [await verdicts(here, files), await verdicts(there, files)]
    expect(sent.sent).toEqual(['/verify multipart/form-data'])
    expect(sent.lead).toContain('on our server')
    expect(kept.said).toEqual(sent.said)
    expect(
      kept.said.map((text) =>
        text
          .split(/\s*\n\s*/)
          .slice(0, 2)
          .join(': '),
      ),
    ).toEqual([
      'genuine.pdf: Genuine and unaltered',
      'genuine.json: Genuine and unaltered',
      'indented.json: Genuine and unaltered',
      'page.pdf: Altered',
      'name.pdf: Altered',
      'signature.pdf: Altered',
      'appended.pdf: Altered',
      'another.json: Altered',
      'twice.json: Altered',
      'proto.json: Altered',
      'theirs.pdf: Signed with someone else’s key',
      'note.json: Not one of our certificates',
      'other.pdf: Not one of our certificates',
      'binary.json: Not one of our certificates',
    ])
    expect(kept.sent).toEqual(['/verify/findings application/json'])
    expect(kept.lead).toContain('The files never left your device')
  }, 60_000)

  test('are sent to the server if the browser cannot check them', async () => {
    const page = await (await browser.newContext()).newPage()
    await page.addInitScript(() => {
      crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))
    })
    const { sent, said } = await verdicts(page, files.slice(0, 1))
    expect(sent).toEqual(['/verify multipart/form-data'])
    expect(said[0]).toContain('Genuine and unaltered')
  }, 60_000)

  test('are not called genuine if the browser and the server disagree', async () => {
    const page = await (await browser.newContext()).newPage()
    await page.addInitScript(() => {
      crypto.subtle.verify = () => Promise.resolve(false)
    })
    const { said } = await verdicts(page, files.slice(0, 1))
    expect(said[0]).toContain('Altered')
    expect(said[0]).toContain('our server disagree about whether the signature is valid')
  }, 60_000)

  test('are shown on pages that fit a phone and a desktop', async () => {
    const page = await (await browser.newContext()).newPage()
    const { look, problems } = looking()
    await page.goto(`${served.address}/verify`)
    await look('verify', page)
    await verdicts(page, files)
    await look('verified files', page)
    expect(problems).toEqual([])
  }, 60_000)
})
