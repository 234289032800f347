import { createServer } from 'node:http'
import { connect } from 'node:net'
import { deflateSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { openFiles } from '#server/oversight/verification/bulk-files.ts'
import { limitConnections } from '#server/web/connections.ts'
import scriptsIn from '#server/web/pdf-scripts.worker.ts'
import { pictureSize, withoutPlace } from '#server/web/pictures.ts'
import { aWorld } from '#test/support/app.ts'

const pdf = (...streams: readonly Buffer[]) =>
  Buffer.concat([
    Buffer.from('%PDF-1.7\n'),
    ...streams.flatMap((stream) => [
      Buffer.from('1 0 obj\n<<>>\nstream\n'),
      stream,
      Buffer.from('\nendstream\nendobj\n'),
    ]),
    Buffer.from('%%EOF\n'),
  ])

const upload = (files: readonly Buffer[]) => {
  const boundary = 'hostile'
  const parts = files.flatMap((file, n) => [
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="files"; filename="${n}.pdf"\r\ncontent-type: application/pdf\r\n\r\n`,
    ),
    file,
    Buffer.from('\r\n'),
  ])
  return {
    payload: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
    type: `multipart/form-data; boundary=${boundary}`,
  }
}

test('while PDFs full of compressed streams are verified, other requests don’t wait for them', async () => {
  const { app } = await aWorld()
  const bomb = deflateSync(Buffer.alloc(99_000))
  const { payload, type } = upload(
    Array.from({ length: 20 }, () => pdf(...Array.from({ length: 499 }, () => bomb))),
  )
  const headers = { 'content-type': type, 'sec-fetch-site': 'same-origin' }
  let longest = 0
  let isDone = false
  const watch = (async () => {
    for (let last = performance.now(); !isDone; ) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
    }
  })()
  const began = performance.now()
  const answer = await app.inject({ method: 'POST', url: '/verify', headers, payload })
  isDone = true
  await watch
  expect(answer.statusCode).toBe(200)
  // On the service's own thread, it would be one pause from beginning to end.
  expect(longest).toBeLessThan((performance.now() - began) / 2)
}, 30_000)

describe('a PDF with a script is refused', () => {
  const action = Buffer.from('<< /S /JavaScript /JS (app.alert(1)) >>')
  const deflated = deflateSync(action)
  const hex = (bytes: Buffer) => Buffer.from(`${bytes.toString('hex').replaceAll(/.{60}/g, '$&\n')}>`)
  test.each([
    ['plain', action],
    ['with an escaped name', Buffer.from('<< /S /J#61vaScript >>')],
    ['that starts a program', Buffer.from('<< /S /Launch >>')],
    ['compressed', deflated],
    ['compressed, with a wrong checksum', Buffer.concat([deflated.subarray(0, -4), Buffer.from('0000')])],
    [
      'compressed, in parts that say “endstream”',
      deflateSync(Buffer.concat([Buffer.from('endstream '), action]), { level: 0 }),
    ],
    ['in hexadecimal digits', hex(action)],
    ['in ASCII85', ascii85(action)],
    ['in ASCII85, compressed, in hexadecimal digits', hex(deflateSync(ascii85(action)))],
    ['compressed twice', deflateSync(deflated)],
    ['in an XFA form', Buffer.from('<< /AcroForm << /Fields [] /XFA 12 0 R >> >>')],
    ['in an XFA form, compressed', deflateSync(Buffer.from('<< /XFA [(template) 12 0 R] >>'))],
    ['in an XFA form, with an escaped name', Buffer.from('<< /X#46A%\n[(config) 4 0 R] >>')],
  ])('%s', (_, stream) => expect(scriptsIn(pdf(stream))).toBe('scripts'))

  test('and so is one that is too large inside or encoded too often', () => {
    expect(scriptsIn(pdf(...Array.from({ length: 3 }, () => deflateSync(Buffer.alloc(20_000_000)))))).toBe(
      'too-much',
    )
    let often = action
    for (let n = 0; n < 12; n += 1) often = deflateSync(often)
    expect(scriptsIn(pdf(often))).toBe('too-much')
  })

  test.each([
    ['encrypted', 'trailer << /Encrypt 5 0 R >>'],
    ['encrypted, with an escaped name', 'trailer << /#45ncrypt 5 0 R >>'],
    ['in LZW', '<< /Filter /LZWDecode >>'],
    ['in LZW, in short', '<< /Filter [/A85 /LZW] >>'],
    ['as lengths of runs', '<< /Filter /RunLengthDecode >>'],
    ['in digits, between which some readers skip anything', '<< /Filter [/ASCIIHexDecode /FlateDecode] >>'],
    ['in digits, in short', '<< /Filter /A#48x >>'],
    ['as differences', '<< /Type /ObjStm /DecodeParms << /Predictor 12 /Columns 4 >> >>'],
  ])('and so is one that can’t be looked into: %s', (_, text) =>
    expect(scriptsIn(pdf(Buffer.from(text)))).toBe('unreadable'),
  )

  describe('and so is one with attached files, unless they are JSON as in our own certificates', () => {
    const json = Buffer.from('{ "type": "VerifiableCredential" }')
    const program = Buffer.from('MZ…')

    test.each<[string, Buffer, string]>([
      ['as it is', json, 'no-scripts'],
      ['compressed', deflateSync(json), 'no-scripts'],
      ...['app.alert(1)', '<script>alert(1)</script>', '%PDF-1.7 …', 'MZ…', ''].flatMap(
        (content): [string, Buffer, string][] => [
          [`${content} as it is`, Buffer.from(content), 'attachments'],
          [`${content} compressed`, deflateSync(Buffer.from(content)), 'attachments'],
        ],
      ),
    ])('%s', (_, content, found) => expect(scriptsIn(withFile({ content }))).toBe(found))

    test.each<[string, Partial<Parts>]>([
      ['named indirectly', { place: '8 0 R' }],
      ['nowhere to be found', { place: '<< /F 8 0 R >>' }],
      ['beside another in an unusual place', { place: '<< /F 7 0 R /UF 8\0 0 R >>' }],
      ['as a note', { content: program, names: '/Annots [<< /Subtype /FileAttachment /FS 5 0 R >>]' }],
      ['associated, and in no list', { content: program, names: '/AF [5 0 R]' }],
      ['replaced at the end', { after: [object('7 0 obj', program)] }],
      ['behind a comment in its header', { after: [object('7 0 % x\n obj', program)] }],
      ['behind a comment between its numbers', { after: [object('7 % x\n0 obj', program)] }],
      ['with a zero before its number', { after: [object('07 0 obj', program)] }],
      ['with a NUL in its header', { after: [object('7 0\0obj', program)] }],
      ['of another generation', { after: [object('7 1 obj', program)] }],
      ['in the middle of another number', { after: [object('17 0 obj', program)], shift: 1 }],
      ['passed on by the object', { after: ['7 0 obj\n8 0 R\nendobj\n', object('8 0 obj', program)] }],
      [
        'passed on from an object stream',
        { after: ['9 0 obj\n<< /Type /ObjSt#6d /N 1 /First 4 >>\nendobj\n'] },
      ],
      ['found by a table in a stream', { after: ['9 0 obj\n<< /Type /XRef /W [1 2 1] >>\nendobj\n'] }],
      [
        'behind a string that looks like a stream',
        { entries: `/X (>> stream\n${json}\nendstream)`, content: program },
      ],
      ['with more after it', { entries: '/Length 50', after: ['\nendstream\nendobj\n'] }],
      ['read in another encoding', { entries: `/Length ${json.length} /Filter /ASCII85Decode` }],
      [
        'read in an encoding with an escaped name',
        { entries: `/Length ${json.length} /Filt#65r /ASCII85Decode` },
      ],
      ['of a length that is said elsewhere', { entries: '/Length 8 0 R' }],
      ['of two lengths', { entries: `/Length ${json.length} /Length 3` }],
      ['longer than it says', { content: Buffer.concat([json, program]), entries: `/Length ${json.length}` }],
      [
        'read in one more encoding',
        {
          content: deflateSync(json),
          entries: `/Length ${deflateSync(json).length} /Filter [/FlateDecode /ASCII85Decode]`,
        },
      ],
      ['found by a table that is none', { after: ['9 0 obj\n<< /Prev 9 >>\nendobj\n'] }],
    ])('%s', (_, parts) => expect(scriptsIn(withFile({ content: json, ...parts }))).toBe('attachments'))
  })

  test('but not a certificate or a scan', () => {
    expect(scriptsIn(pdf(deflateSync(Buffer.from('BT (Certificate) Tj ET'))))).toBe('no-scripts')
    expect(scriptsIn(pdf(Buffer.from('\xff\xd8 pixels /JS \xff', 'latin1')))).toBe('no-scripts')
    expect(scriptsIn(pdf(Buffer.from('<< /Type /XRef /DecodeParms << /Predictor 12 >> >>')))).toBe(
      'no-scripts',
    )
  })
})

type Parts = Readonly<{
  content: Buffer
  entries: string
  place: string
  names: string
  after: readonly (string | Buffer)[]
  /** By how much the table of objects leads past an object's first byte. */
  shift: number
}>

/** A PDF with a file in object 7, and with what comes after it. */
function withFile({
  content = Buffer.alloc(0),
  entries = `/Length ${content.length}${content[0] === 0x78 ? ' /Filter /FlateDecode' : ''}`,
  place = '<< /F 7 0 R >>',
  names = '/Names << /EmbeddedFiles 4 0 R >>',
  after = [],
  shift = 0,
}: Partial<Parts>): Buffer {
  const body = Buffer.concat([
    Buffer.from(`%PDF-1.7\n3 0 obj\n<< ${names} >>\nendobj\n`),
    Buffer.from(`5 0 obj\n<< /Type /Filespec /F (a.json) /EF ${place} >>\nendobj\n`),
    object('7 0 obj', content, entries),
    ...after.map((one) => Buffer.from(one)),
  ])
  const written = body.toString('latin1')
  const lines = [...written.matchAll(/(?<=\n)(\d+) 0 obj\n/g)].map(({ index, 1: number }) => {
    const isMoved = shift > 0 && number === '17'
    return `${isMoved ? 7 : number} 1\n${String(index + (isMoved ? shift : 0)).padStart(10, '0')} 00000 n \n`
  })
  return Buffer.concat([
    body,
    Buffer.from(`xref\n0 1\n0000000000 65535 f \n${lines.join('')}trailer\n<< /Root 3 0 R >>\n`),
    Buffer.from(`startxref\n${body.length}\n%%EOF\n`),
  ])
}

function object(header: string, content: Buffer, entries = `/Length ${content.length}`): Buffer {
  return Buffer.concat([
    Buffer.from(`${header}\n<< ${entries} >>\nstream\n`, 'latin1'),
    content,
    Buffer.from('\nendstream\nendobj\n'),
  ])
}

function ascii85(bytes: Buffer): Buffer {
  const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
  let text = ''
  for (let at = 0; at < padded.length; at += 4) {
    let word = padded.readUInt32BE(at)
    let five = ''
    for (let n = 0; n < 5; n += 1, word = Math.floor(word / 85))
      five = String.fromCharCode(33 + (word % 85)) + five
    text += five
  }
  return Buffer.from(`${text.slice(0, text.length - (padded.length - bytes.length))}~>`)
}

test('a ZIP that would be too large is refused before it is opened', () => {
  const zip = Buffer.from(zipSync({ 'a.pdf': Buffer.from('%PDF-1.7 %%EOF') }))
  // The size in the central directory, which readers go by.
  zip.writeUInt32LE(300_000_000, zip.indexOf('PK\u0001\u0002') + 24)
  expect(openFiles({ name: 'a.zip', bytes: zip }).kind).toBe('refused')
})

test('a ZIP that says it is small is opened only as far as it says', () => {
  const zip = Buffer.from(zipSync({ 'a.pdf': Buffer.alloc(2_000_000) }))
  for (const [signature, at] of [
    ['PK\u0003\u0004', 22],
    ['PK\u0001\u0002', 24],
  ] as const)
    zip.writeUInt32LE(1000, zip.indexOf(signature) + at)
  const opened = openFiles({ name: 'a.zip', bytes: zip })
  expect(opened.kind === 'files' && opened.files.map(({ bytes }) => bytes.length)).toEqual([1000])
})

test('a photo loses where it was taken, and its size is read without opening it', () => {
  const segment = (marker: number, content: string) => {
    const bytes = Buffer.from(content, 'latin1')
    const head = Buffer.from([0xff, marker, 0, 0])
    head.writeUInt16BE(bytes.length + 2, 2)
    return Buffer.concat([head, bytes])
  }
  const frame = segment(0xc0, '\x08\x4e\x20\x4e\x20\x03')
  const end = Buffer.from([0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9])
  const soi = Buffer.from([0xff, 0xd8])
  const jfif = segment(0xe0, 'JFIF\0')
  const photo = Buffer.concat([soi, jfif, segment(0xe1, 'Exif\0\0GPS 44.97 N'), frame, end])
  expect(withoutPlace(photo)).toEqual(Buffer.concat([soi, jfif, frame, end]))
  expect(pictureSize(photo)).toEqual({ width: 20_000, height: 20_000 })
  expect(pictureSize(Buffer.from('%PDF-1.7'))).toBeNull()
})

test('a photo loses a second picture after its end, and what hides between its scans', () => {
  const soi = Buffer.from([0xff, 0xd8])
  const scan = Buffer.from([0xff, 0xda, 0, 2, 1, 0xff, 0, 2, 0xff, 0xd0, 3])
  const comment = Buffer.from([0xff, 0xfe, 0, 5, 0x47, 0x50, 0x53])
  const end = Buffer.from([0xff, 0xd9])
  const second = Buffer.concat([soi, comment, scan, end])
  expect(withoutPlace(Buffer.concat([soi, scan, comment, scan, end, second]))).toEqual(
    Buffer.concat([soi, scan, scan, end]),
  )
})

test('a PNG keeps what it looks like and loses every text, time and place', () => {
  const chunk = (type: string, content: string) => {
    const bytes = Buffer.alloc(12 + content.length)
    bytes.writeUInt32BE(content.length, 0)
    bytes.write(type + content, 4, 'latin1')
    return bytes
  }
  const start = Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', '\0\0\0\x01\0\0\0\x01'),
  ])
  const shown = [chunk('tRNS', '\0'), chunk('IDAT', 'pixels')]
  const added = ['eXIf', 'tEXt', 'iTXt', 'zTXt', 'tIME', 'iCCP', 'prVt'].map((type) =>
    chunk(type, 'GPS 44.97 N'),
  )
  const end = chunk('IEND', '')
  expect(
    withoutPlace(Buffer.concat([start, ...added, ...shown, ...added, end, chunk('eXIf', 'GPS')])),
  ).toEqual(Buffer.concat([start, ...shown, end]))
})

test('one address can’t hold more than its share of connections', async () => {
  const server = createServer()
  limitConnections(server, 3)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const sockets = Array.from({ length: 5 }, () => connect(port, '127.0.0.1'))
  const closed = await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<boolean>((resolve) => {
          socket.on('error', () => resolve(true)).on('close', () => resolve(true))
          setTimeout(() => resolve(false), 500)
        }),
    ),
  )
  expect(closed.filter(Boolean)).toHaveLength(2)
  for (const socket of sockets) socket.destroy()
  server.close()
})
