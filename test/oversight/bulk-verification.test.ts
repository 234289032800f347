import { strToU8, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { readAsked } from '#server/oversight/verification/bulk-verification.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { openReviewOf, readable } from './reviewed.ts'

const now = new Date('2026-06-14T15:00:00Z')

test('pasted numbers, codes and addresses are each read once', () => {
  const code = 'abcdefghijklmnopqrstuvwxyz'.replace('a', '2')
  const asked = readAsked(`SH-000001, sh000002;SH-000001\nhttps://x.example/verify/${code} hello`, {
    isTable: false,
  })
  expect(asked.map((one) => one.kind)).toEqual(['number', 'number', 'code', 'unreadable'])
  expect(asked[1]).toMatchObject({ number: 'SH-000002' })
  // In a table, other cells are other columns, not errors.
  expect(readAsked('Name,Certificate\nMai Vang,SH-000001', { isTable: true })).toMatchObject([
    { number: 'SH-000001' },
  ])
})

test('each certificate is shown with whether its person is on the roster, then everyone on the roster without one in the list', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  const mai = await certificateOf(world, 'mai@northstar.example')
  const ivy = await certificateOf(world, 'ivy@lakeside.example')
  const answer = await send(world, lee, review, `${mai.number}\n${ivy.token}\nSH-999999\nhello`, [])
  expect(answer.statusCode).toBe(303)
  const page = await lee.get(String(answer.headers.location))
  const text = readable(page.body)
  expect(text).toContain('2 of 3 certificates are valid.')
  expect(text).toMatch(new RegExp(`${mai.number} Valid Mai Vang .* On this roster`))
  expect(text).toMatch(/Valid Ivy Sorensen .* Certificate, not on this roster/)
  expect(text).toContain('SH-999999 Unknown')
  expect(text).toContain('1 item is not one of our certificates and ignored')
  expect(text).toContain('hello: This is neither a certificate number')
  expect(text).toContain('Ada Lindqvist On the roster, no certificate')
  expect(text).toContain('Theo Okafor On the roster, not in this list')

  const csv = await lee.get(`${answer.headers.location}/results.csv`)
  expect(csv.body).toContain('Certificate, not on this roster')
  const kinds = await world.db
    .selectFrom('ledger_entries')
    .select('kind')
    .where('kind', 'in', ['person-viewed', 'records-exported'])
    .execute()
  expect(kinds.map(({ kind }) => kind).sort()).toEqual(['person-viewed', 'person-viewed', 'records-exported'])
})

test('tables and certificate files are verified, and a changed byte is found', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  const mai = await certificateOf(world, 'mai@northstar.example')
  const theo = await certificateOf(world, 'theo@northstar.example')
  const self = await world.as('mai@northstar.example')
  const pdf = (await self.get(`/certificates/${mai.number}.pdf`)).rawPayload
  const changed = Buffer.from(pdf)
  changed[Math.floor(changed.length / 3)]! ^= 1
  const answer = await send(world, lee, review, '', [
    { name: 'mai.pdf', bytes: pdf },
    { name: 'changed.pdf', bytes: changed },
    { name: 'other.pdf', bytes: Buffer.from('%PDF-1.7 something else') },
    { name: 'list.csv', bytes: Buffer.from(`Name,Number\n=Theo,${theo.number}\n`) },
  ])
  const text = readable((await lee.get(String(answer.headers.location))).body)
  expect(text).toMatch(/mai\.pdf Valid Mai Vang/)
  expect(text).toMatch(/changed\.pdf Altered/)
  expect(text).toMatch(/^(?!.*other\.pdf Not).*Ignored 1 item.*other\.pdf:/)
  expect(text).toMatch(new RegExp(`${theo.number} Valid Theo Okafor`))
})

test('a ZIP of certificates is verified, and a file that can’t be opened gives an error and keeps what was typed', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  const mai = await certificateOf(world, 'mai@northstar.example')
  const theo = await certificateOf(world, 'theo@northstar.example')
  const self = await world.as('mai@northstar.example')
  const pdf = (await self.get(`/certificates/${mai.number}.pdf`)).rawPayload
  const zip = zipSync({
    'house/mai vang.pdf': pdf,
    'house/list.csv': strToU8(`Number\n${theo.number}\n${mai.number}\n`),
    'house/copy of mai vang.pdf': pdf,
    'house/packet.pdf': strToU8('%PDF-1.7 a packet'),
    'house/manifest.json': strToU8('{}'),
    'house/picture.png': strToU8('not looked at'),
    '__MACOSX/house/._mai vang.pdf': strToU8('of the machine that packed it'),
  })
  const answer = await send(world, lee, review, '', [{ name: 'house.zip', bytes: Buffer.from(zip) }])
  const text = readable((await lee.get(String(answer.headers.location))).body)
  expect(text).toContain('2 of 2 certificates are valid.')
  expect(text).toContain(
    '2 items are duplicates, counted once; 2 items are not one of our certificates and ignored.',
  )
  expect(text).toMatch(/mai vang\.pdf Also .*SH-\d+ .*Valid Mai Vang/)

  const broken = Buffer.from(zip).subarray(0, 5000)
  const refused = await send(world, lee, review, 'SH-000001', [{ name: 'cut.zip', bytes: broken }])
  expect(refused.statusCode).toBe(422)
  expect(readable(refused.body)).toContain('“cut.zip” can’t be opened.')
  expect(refused.body).toContain('SH-000001')
  const many = zipSync(
    Object.fromEntries(Array.from({ length: 601 }, (_, n) => [`${n}.pdf`, new Uint8Array(1)])),
  )
  const tooMany = await send(world, lee, review, '', [{ name: 'many.zip', bytes: Buffer.from(many) }])
  expect(tooMany.statusCode).toBe(422)
  expect(readable(tooMany.body)).toContain('has more than 600 files')
})

test('an empty form gives an error, and a closed review verifies nothing', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  expect((await send(world, lee, review, ' ', [])).statusCode).toBe(422)
  await lee.post(`${review}/states`, { state: 'closed' })
  expect((await send(world, lee, review, 'SH-000001', [])).body).toContain('This review is closed')
})

test('results can’t be viewed or downloaded after the review is closed', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const review = await openReviewOf(world, lee, '9900001')
  const mai = await certificateOf(world, 'mai@northstar.example')
  const found = String((await send(world, lee, review, mai.number, [])).headers.location)
  await lee.post(`${review}/states`, { state: 'closed' })
  for (const page of [found, `${found}/results.csv`]) {
    const { body } = await lee.get(page)
    expect(body).toContain('This review is closed')
    expect(body).not.toContain('Mai Vang')
  }
})

const certificateOf = ({ db }: World, email: string) =>
  db
    .selectFrom('certificates')
    .innerJoin('people', 'people.id', 'certificates.person_id')
    .select(['number', 'token'])
    .where('email', '=', email)
    .executeTakeFirstOrThrow()

async function send(
  { app }: World,
  client: Client,
  review: string,
  numbers: string,
  files: { name: string; bytes: Buffer }[],
) {
  const boundary = 'a-boundary-of-a-form'
  const parts: Buffer[] = [
    Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="numbers"\r\n\r\n${numbers}\r\n`),
  ]
  for (const { name, bytes } of files) {
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="files"; filename="${name}"\r\n\r\n`
    parts.push(Buffer.from(head), bytes, Buffer.from('\r\n'))
  }
  return app.inject({
    method: 'POST',
    url: `${review}/certificates`,
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'sec-fetch-site': 'same-origin',
      'idempotency-key': crypto.randomUUID(),
      cookie: [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    },
    payload: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
  })
}
