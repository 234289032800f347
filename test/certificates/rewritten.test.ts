import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { verifyCertificateFile } from '#server/certificates/credentials/verification.ts'
import { issue, keys } from './issued.ts'
import { sample } from './sample.ts'

/** Files by an attacker who knows the PDF format. Viewers open each of them. */

const { pdf, credential } = await issue()
const file = Buffer.from(pdf)
const others = await issue({ ...sample, person_name: 'Mallory Northwind', certificate_number: 'SH-000124' })

const verdictOf = async (bytes: Uint8Array) => (await verifyCertificateFile(bytes, keys)).verdict

const objectOf = (pattern: RegExp) => pattern.exec(file.toString('latin1'))![1]!
const page = objectOf(/\/Kids \[(\d+) 0 R\]/)
const root = objectOf(/\/Root (\d+) 0 R/)
const size = Number(objectOf(/\/Size (\d+)/))
const body = (object: string) =>
  objectOf(new RegExp(`\\n${object} 0 obj\\n<<\\n?([\\s\\S]*?)\\n?>>\\nendobj`))

/** Appends objects with their own xref table: the original bytes stay, and viewers show the new objects. */
function updated(objects: Readonly<Record<string, string>>): Buffer {
  let text = '\n'
  const places: string[] = []
  for (const [number, content] of Object.entries(objects)) {
    places.push(`${number} 1\n${String(file.length + text.length).padStart(10, '0')} 00000 n \n`)
    text += `${number} 0 obj\n${content}\nendobj\n`
  }
  const before = objectOf(/startxref\n(\d+)/)
  const at = file.length + text.length
  text += `xref\n${places.join('')}trailer\n<< /Root ${root} 0 R /Size ${size + 10} /Prev ${before} >>\nstartxref\n${at}\n%%EOF\n`
  return Buffer.concat([file, Buffer.from(text, 'latin1')])
}

const withPage = (more: string) => ({ [page]: `<< ${body(page)} ${more} >>` })
const withRoot = (more: string) => ({ [root]: `<< ${body(root)} ${more} >>` })

describe('a certificate with appended objects', () => {
  test('still opens in a viewer', () => {
    expect(body(page)).toContain('/Type /Page')
    expect(body(root)).toContain('/Type /Catalog')
    expect(updated(withPage('/Rotate 180')).subarray(0, file.length).equals(file)).toBe(true)
  })

  test.each([
    [
      'a note drawn over the name',
      () =>
        updated({
          ...withPage(`/Annots [${size} 0 R]`),
          [size]:
            '<< /Type /Annot /Subtype /FreeText /Rect [200 380 600 430] /Contents (Mallory Northwind) /DA (/Helv 32 Tf) /F 4 >>',
        }),
    ],
    [
      'a stamp with a look of its own',
      () =>
        updated({
          ...withPage(`/Annots [${size} 0 R]`),
          [size]: `<< /Type /Annot /Subtype /Stamp /Rect [0 0 792 612] /AP << /N ${size + 1} 0 R >> /F 4 >>`,
          [size + 1]:
            '<< /Type /XObject /Subtype /Form /BBox [0 0 792 612] /Length 30 >>\nstream\n1 1 1 rg 200 380 400 60 re f \nendstream',
        }),
    ],
    [
      'a field to fill in over the name',
      () => updated(withRoot(`/AcroForm << /Fields [${size} 0 R] /NeedAppearances true >>`)),
    ],
    ['the page turned', () => updated(withPage('/Rotate 180'))],
    ['the page cut to a part of itself', () => updated(withPage('/CropBox [0 300 792 612]'))],
    [
      'a page before it',
      () =>
        updated({
          [objectOf(/\/Pages (\d+) 0 R/)]: `<< /Type /Pages /Count 2 /Kids [${page} 0 R ${page} 0 R] >>`,
        }),
    ],
    [
      'something to do when it opens',
      () => updated(withRoot('/OpenAction << /S /JavaScript /JS (app.alert(1)) >>')),
    ],
    [
      'layers that can be hidden',
      () => updated(withRoot(`/OCProperties << /OCGs [${size} 0 R] /D << /OFF [${size} 0 R] >> >>`)),
    ],
    [
      'a second attachment of the same name',
      () =>
        updated({
          ...withRoot(`/AF [${size} 0 R]`),
          [size]: '<< /Type /Filespec /F (credential.json) /UF (credential.json) /EF << /F 1 0 R >> >>',
        }),
    ],
    [
      'other metadata',
      () =>
        updated({
          [objectOf(/\/Metadata (\d+) 0 R/)]:
            '<< /Type /Metadata /Subtype /XML /Length 1 >>\nstream\nx\nendstream',
        }),
    ],
    [
      'another title',
      () => updated({ [objectOf(/\/Info (\d+) 0 R/)]: '<< /Title (Certificate of completion SH-000999) >>' }),
    ],
    ['a table alone, that hides an object', () => updated({ [page]: 'null' })],
    [
      'someone else’s signature',
      () =>
        updated({ [size]: '<< /Type /Sig /Filter /Adobe.PPKLite /ByteRange [0 1 2 3] /Contents <00> >>' }),
    ],
    ['a comment', () => Buffer.concat([file, Buffer.from('% seen by Ada\n')])],
  ])('%s is altered', async (_what, alter) => {
    expect(await verdictOf(alter())).toBe('altered')
  })
})

/** The credential's stream as another program would write it. */
function resaved(dictionary: string, bytes: Buffer): Buffer {
  const at = file.indexOf('{"@context"')
  const from = file.lastIndexOf('<<', at)
  const begin = file.subarray(0, from).lastIndexOf('obj') + 4
  const end = file.indexOf('\nendstream', at)
  const head = `<< /Type /EmbeddedFile ${dictionary} /Length ${bytes.length} >>\nstream\r\n`
  return Buffer.concat([file.subarray(0, begin), Buffer.from(head), bytes, file.subarray(end)])
}

describe('a certificate saved by another program', () => {
  const text = Buffer.from(JSON.stringify(credential))

  test('with its credential compressed is altered, because its bytes differ', async () => {
    expect(await verdictOf(resaved('/Filter /FlateDecode', deflateSync(text)))).toBe('altered')
  })

  test('with its credential indented, or with less padding, is altered', async () => {
    expect(await verdictOf(resaved('', Buffer.from(JSON.stringify(credential, null, 1))))).toBe('altered')
    expect(await verdictOf(resaved('', text))).toBe('altered')
  })

  test('with the credential of another person, compressed, is altered', async () => {
    const theirs = deflateSync(Buffer.from(JSON.stringify(others.credential)))
    expect(await verdictOf(resaved('/Filter /FlateDecode', theirs))).toBe('altered')
  })

  test('without its credential is not a certificate, and the message says what to ask for', async () => {
    expect(await verifyCertificateFile(resaved('', Buffer.from('{}')), keys)).toMatchObject({
      verdict: 'not_a_certificate',
      why: expect.stringContaining('Ask for the original file'),
    })
  })

  test('with encryption is not a certificate either', async () => {
    const locked = Buffer.from(
      resaved('', Buffer.from([1, 2, 3]))
        .toString('latin1')
        .replace('/Root', '/Encrypt 9 0 R /Root'),
      'latin1',
    )
    expect(await verifyCertificateFile(locked, keys)).toMatchObject({
      verdict: 'not_a_certificate',
      why: expect.stringContaining('encrypted'),
    })
  })

  test('with a decompression bomb is refused quickly', async () => {
    const bomb = deflateSync(Buffer.alloc(50_000_000))
    const streams = Array.from({ length: 200 }, () => `<< >>\nstream\n`)
    const hollow = Buffer.concat([
      Buffer.from('%PDF-1.7\n'),
      ...streams.flatMap((head) => [Buffer.from(head), bomb, Buffer.from('\nendstream\n')]),
    ])
    const before = process.cpuUsage()
    expect(await verdictOf(hollow)).toBe('not_a_certificate')
    // CPU time in microseconds, so that other work on the machine doesn't count.
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000)
  })
})

describe('a credential as text', () => {
  const text = JSON.stringify(credential)
  const bytesOf = (changed: string) => new TextEncoder().encode(changed)

  test.each([
    ['with a name given twice, deep within', text.replace('"hashed":false', '"hashed":true,"hashed":false')],
    [
      'with its context given twice',
      text.replace('{"@context"', '{"@context":["https://evil.example"],"@context"'),
    ],
    ['with a prototype slipped in', text.replace('"licenseNumber"', '"__proto__":{"x":1},"licenseNumber"')],
    ['with a name spelled by its number twice', text.replace('"name"', '"\\u006eame":"x","name"')],
    ['with its hours spelled otherwise', text.replace('3.7', '3.70')],
    ['with its hours to a power', text.replace('3.7', '37e-1')],
    ['with a letter and its accent apart', text.replace('Ada', 'A\u0301da')],
    ['with a letter that looks the same', text.replace('Ada', 'Аda')],
    ['with a sign that cannot be seen', text.replace('Ada', 'Ada\u200b')],
    ['with a further value behind a list', text.replace('"Completed"', '["Completed","Failed"]')],
    [
      'with its name as a value object',
      text.replace('"Certificate SH-000123"', '{"@value":"Certificate SH-000123"}'),
    ],
    ['with a graph around it', `{"@graph":${text},${text.slice(1)}`],
    ['with another credential within', text.replace('"criteria":{', '"criteria":{"evil":true,')],
  ])('%s is altered', async (_what, changed) => {
    expect(changed).not.toBe(text)
    expect(await verdictOf(bytesOf(changed))).toBe('altered')
  })

  test.each([
    ['in another encoding', Buffer.from(text, 'utf16le')],
    [
      'with a byte that is no letter',
      Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xff, 0x7d])]),
    ],
    ['cut short', Buffer.from(text.slice(0, -1))],
    ['with more behind it', Buffer.from(`${text}{}`)],
  ])('%s is not a credential', async (_what, bytes) => {
    expect(await verdictOf(bytes)).toBe('not_a_certificate')
  })
})
