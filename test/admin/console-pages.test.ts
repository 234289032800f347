import { crc32 } from 'node:zlib'
import { sql } from 'kysely'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findEmailLook } from '#server/admin/branding/email-look.ts'
import { nextTime } from '#server/admin/jobs/job-lines.ts'
import { eachLedgerBatch } from '#server/admin/ledger/ledger-entries.queries.ts'
import { readLedgerFilter } from '#server/admin/ledger/ledger-filter.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { placeEntries } from '#server/ledger/placing.actions.ts'
import { createMail } from '#server/lib/mail.ts'
import { notify } from '#server/notices/actions.ts'
import { emailMessage } from '#server/notices/email-message.ts'
import { wordsOf } from '#server/notices/kinds.ts'
import { readPaper } from '#test/handouts/paper-reading.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { aMailbox, type Mailbox } from '#test/support/mailbox.ts'

let world: World
let kit: Client
let mailbox: Mailbox
let isRefusing = false

beforeAll(async () => {
  mailbox = await aMailbox(() => (isRefusing ? { code: 550, at: 'recipient' } : null))
  world = await aWorld({
    now: new Date('2026-11-23T18:00:00Z'),
    mail: createMail(mailbox.url, 'Training <no-reply@house.example>'),
  })
  kit = await world.as('kit@system.example')
})
afterAll(() => mailbox.close())

const entriesOf = (kind: string) =>
  world.db.selectFrom('ledger_entries').select(['subject', 'facts']).where('kind', '=', kind).execute()

/** A file in a form, as a browser sends it. */
const sendFile = (client: Client, url: string, bytes: Buffer) => {
  const boundary = 'a-boundary-of-forms'
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="logo"; filename="logo.png"\r\ncontent-type: image/png\r\n\r\n`
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)])
  return client.send('POST', url, body as unknown as string, {
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'sec-fetch-site': 'same-origin',
  })
}

test('a job of the timetable runs now, once however often it is asked for; what failed for good is tried again or removed', async () => {
  const waiting = async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pgboss.job
      where name = 'refresh-standings' and state = 'created' and start_after <= now()`.execute(world.db)
    return rows[0]!.count
  }
  for (const _ of [1, 2]) expect((await kit.post('/admin/jobs/refresh-standings/run')).statusCode).toBe(303)
  expect(await waiting()).toBe(1)
  expect((await kit.post('/admin/jobs/send-email/run')).statusCode).toBe(404)
  await sql`update pgboss.job set state = 'failed', completed_on = now(), output = '{"message": "No space left"}'
    where name = 'refresh-standings'`.execute(world.db)
  const page = await kit.get('/admin/jobs')
  expect(page.body).toContain('No space left')
  const id = /failed\/([\w-]{36})\/retry/.exec(page.body)![1]!
  expect((await kit.post(`/admin/jobs/failed/${id}/retry`)).statusCode).toBe(303)
  expect((await kit.post(`/admin/jobs/failed/${id}/retry`)).statusCode).toBe(404)
  expect([await waiting(), (await kit.get('/admin/jobs')).body.includes('No space left')]).toEqual([1, false])
})

test('a schedule is read in Central time, across the night when clocks change', () => {
  expect(nextTime('0 8 * * *', new Date('2026-10-31T20:00:00Z')).toISOString()).toBe(
    '2026-11-01T14:00:00.000Z',
  )
  expect(nextTime('0 8 * * *', new Date('2026-10-30T20:00:00Z')).toISOString()).toBe(
    '2026-10-31T13:00:00.000Z',
  )
})

test('the mail log shows what was sent and what the server refused, and not what a notice says', async () => {
  const sent = await kit.post('/admin/mail/test', { to: 'kit@system.example' })
  expect((await kit.follow(sent)).body).toContain('took a test message to kit@system.example')
  expect(mailbox.received).toHaveLength(1)
  isRefusing = true
  const refused = await kit.post('/admin/mail/test', { to: 'gone@system.example' })
  isRefusing = false
  expect([refused.statusCode, refused.body.includes('did not accept the address')]).toEqual([422, true])
  const notice = {
    person_id: await personId(world.db, 'mai@northstar.example'),
    kind: 'course-completed',
    facts: { course: 'A named course', certificate: 'SH-000001' },
    dedupe_key: 'a completed course',
  } as const
  await world.db.transaction().execute((trx) => notify(trx, notice))
  const all = await kit.get('/admin/mail?search=mai%40northstar')
  expect(all.body).toContain('Waiting')
  expect(all.body).not.toContain('A named course')
  const failed = await kit.get('/admin/mail?state=failed')
  expect([failed.body.includes('gone@system.example'), failed.body.includes('<br>kit@')]).toEqual([
    true,
    false,
  ])
})

test('a new signing key takes the password again, signs from then on, and is in the ledger', async () => {
  await world.db
    .updateTable('sessions')
    .set({ confirmed_at: new Date('2026-11-23T17:00:00Z') })
    .execute()
  const rotate = (password: string) => kit.post('/admin/keys/rotation', { sure: 'yes', password })
  expect((await rotate('')).body).toContain('Enter your password again.')
  expect((await rotate('not it at all')).statusCode).toBe(422)
  expect((await kit.post('/admin/keys/rotation', { password: demoPassword })).statusCode).toBe(422)
  expect(await entriesOf('key-rotated')).toHaveLength(0)
  expect((await rotate(demoPassword)).statusCode).toBe(303)
  const keys = JSON.parse((await kit.get('/keys.json')).body).keys as {
    id: string
    valid_to: string | null
  }[]
  expect(keys.map(({ valid_to }) => valid_to === null)).toEqual([false, true])
  expect((await entriesOf('key-rotated'))[0]!.subject).toBe(`key:${keys[1]!.id}`)
})

test('an export of the ledger has every entry once, however many batches it takes', async () => {
  const { filter } = readLedgerFilter({}, '2026-11-23')
  await placeEntries(world.db)
  const seqs: number[] = []
  for await (const lines of eachLedgerBatch(world.db, filter, 7)) seqs.push(...lines.map(({ seq }) => seq!))
  const csv = (await kit.get('/admin/ledger.csv')).body.trim().split('\r\n')
  expect(seqs).toEqual([...seqs.keys()].map((at) => seqs.length - at))
  // The headings, and the entry of this very download.
  expect(csv.length - 2).toBe(seqs.length)
})

test('the installation’s color, logo and support lines are on its pages; a logo keeps nothing but its pixels', async () => {
  const branded = await kit.post('/admin/branding', {
    color: '#7A1F4D',
    line_1_name: 'Lakes employee assistance',
    line_1_phone: '218-555-0134',
    line_1_about: 'Day and night',
  })
  expect(branded.statusCode).toBe(303)
  const support = (await world.visitor().get('/support')).body
  expect(support.indexOf('Lakes employee assistance')).toBeLessThan(support.indexOf('Day One Minnesota'))
  const href = /href="(\/branding\/colors\.css\?v=\w+)"/.exec(support)![1]!
  expect((await world.visitor().get(href)).body).toContain('--primary:#7a1f4d')
  const pale = await kit.post('/admin/branding', { color: '#88aaff' })
  expect([pale.statusCode, /nearest that has it is #\w{6}/.test(pale.body)]).toEqual([422, true])

  const png = new PNG({ width: 90, height: 30 })
  const bytes = PNG.sync.write(png)
  const hidden = Buffer.concat([bytes.subarray(0, 33), commentChunk('<script>'), bytes.subarray(33)])
  expect((await sendFile(kit, '/admin/branding/logo', hidden)).statusCode).toBe(303)
  const logo = /src="(\/branding\/logo\.png\?v=\w+)" width="120" height="40"/.exec(
    (await kit.get('/support')).body,
  )![1]!
  const shown = await world.visitor().get(logo)
  expect(shown.headers['content-type']).toBe('image/png')
  expect(shown.body).not.toContain('script')
  for (const [file, says] of [
    [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'An SVG file can hold scripts'],
    [Buffer.from('GIF89a'), 'Choose a PNG file.'],
    [wide(bytes), '100000 by 30 pixels'],
    [bytes.subarray(0, 60), 'This PNG can’t be read.'],
  ] as const) {
    const answer = await sendFile(kit, '/admin/branding/logo', file)
    expect([answer.statusCode, answer.body.includes(says)]).toEqual([422, true])
  }
})

/** A part of a PNG that holds text and that viewers pass over. */
function commentChunk(text: string): Buffer {
  const content = Buffer.from(`tEXtComment\0${text}`)
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length - 4)
  sum.writeUInt32BE(crc32(content))
  return Buffer.concat([length, content, sum])
}

test('the installation’s name and contact are on pages, on printed job aids and in email', async () => {
  await kit.post('/admin/setup/installation', {
    name: 'Lakes Learning',
    agency: 'Lakes County',
    contact_name: 'Training office',
    contact_email: 'training@lakes.example',
  })
  const visitor = world.visitor()
  expect((await visitor.get('/support')).body).toContain('Run by Lakes County')
  const { rawPayload } = await visitor.get('/job-aids/reporting-card.pdf')
  expect((await readPaper(rawPayload)).letters).toContain('LakesLearning:Jobaid')
  const look = await findEmailLook(world.db)
  expect(look.contact).toBe('Questions? Training office, training@lakes.example')
  const parts = { words: wordsOf({ kind: 'place-opened', facts: { session_id: '1' } })!, look, noticeId: '1' }
  const to = { name: 'Mai Vang', email: 'mai@northstar.example' }
  const written = (isDiscreet: boolean) =>
    emailMessage({
      ...parts,
      to,
      isDiscreet,
      address: '/',
      baseUrl: 'https://x.example',
      unsubscribeAddress: null,
    })
  expect([written(false).html!.includes('#7a1f4d'), written(false).text.includes('Training office')]).toEqual(
    [true, true],
  )
  expect([written(true).html!.includes('#7a1f4d'), written(true).text.includes('Training office')]).toEqual([
    false,
    false,
  ])
})

const wide = (bytes: Buffer) => {
  const changed = Buffer.from(bytes)
  changed.writeUInt32BE(100_000, 16)
  return changed
}

test('everyone is asked to read each version of the data practices notice until they have; versions stay', async () => {
  const asks = async (client: Client) => (await client.get('/account')).body.includes('href="/data-notice"')
  const mai = await world.as('mai@northstar.example')
  expect([await asks(mai), (await mai.get('/data-notice')).statusCode]).toEqual([false, 404])
  const body = `## Why we ask\nYour program must show that you are trained.\n- One\n- Two\n\n${'More words. '.repeat(10)}`
  expect((await kit.post('/admin/data-notice', { body })).statusCode).toBe(303)
  expect(await asks(mai)).toBe(true)
  expect((await mai.get('/data-notice')).body).toContain('<h2>Why we ask</h2>')
  for (const _ of [1, 2])
    expect((await mai.post('/data-notice/acknowledgment', { version: '1' })).statusCode).toBe(303)
  expect(await asks(mai)).toBe(false)
  expect(await entriesOf('data-notice-acknowledged')).toHaveLength(1)
  expect((await kit.get('/admin/data-notice?show=done')).body).toContain('Mai Vang')
  expect((await kit.post('/admin/data-notice', { body, summary: 'Nothing' })).statusCode).toBe(422)
  await kit.post('/admin/data-notice', { body: `${body} And more.`, summary: 'Says more.' })
  expect([
    await asks(mai),
    (await mai.get('/data-notice?version=1')).body.includes('There is a newer one'),
  ]).toEqual([true, true])
  await expect(world.db.deleteFrom('data_notices').execute()).rejects.toThrow()
})
