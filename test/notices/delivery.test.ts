import { spawn } from 'node:child_process'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { jobHandlers } from '#server/job-handlers.ts'
import { startWorkers } from '#server/jobs/workers.ts'
import { createMail, type Mail } from '#server/lib/mail.ts'
import { notify, savePreferences } from '#server/notices/actions.ts'
import type { NewNotice } from '#server/notices/kinds.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { asTheService, databaseUrl, serviceUrl } from '#test/support/db.ts'
import { aMailbox, type Mailbox } from '#test/support/mailbox.ts'

const mai = 'mai@northstar.example'
const rae = 'rae@northstar.example'
const from = 'Safe Harbor Training <no-reply@house.example>'
const log = { error: () => {}, debug: () => {}, info: () => {}, warn: () => {} } as never

let world: World
let mailbox: Mailbox | null = null

beforeEach(async () => {
  world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
  await world.db.deleteFrom('notice_emails').execute()
  await world.db.deleteFrom('notices').execute()
})

afterEach(async () => {
  await mailbox?.close()
  mailbox = null
})

// 20 emails each; 1,000 attempts in the long run.
const rounds = process.env.LONG ? 50 : 10

const mailOf = ({ url }: Mailbox): Mail => createMail(url, from)

const write = async (given: Partial<NewNotice> = {}): Promise<string> => {
  const notice = {
    person_id: await personId(world.db, mai),
    kind: 'place-opened',
    facts: { session_id: '1' },
    dedupe_key: 'a place',
    ...given,
  } as NewNotice
  const id = await world.db.transaction().execute((trx) => notify(trx, notice))
  return id ?? ''
}

const due = (days: number): Partial<NewNotice> => ({
  kind: 'course-completed',
  facts: { course: 'Residential', certificate: 'SH-000001' },
  dedupe_key: `completed ${days}`,
})

async function send(notice: string, mail: Mail): Promise<void> {
  const handlers = jobHandlers({
    databaseUrl: '',
    db: await asTheService(),
    clock: () => world.clock.now,
    catalogue: world.catalogue,
    config: world.config,
    mail,
  })
  await handlers['send-email']({ notice })
}

const emailOf = (notice: string) =>
  world.db.selectFrom('notice_emails').selectAll().where('notice_id', '=', notice).executeTakeFirstOrThrow()

test('however often sending fails, no email is sent twice', {
  timeout: 180_000,
}, async () => {
  mailbox = await aMailbox((attempt) => (attempt <= 16 * rounds ? { code: 451, at: 'data' } : null))
  const mail = mailOf(mailbox)
  const notices: string[] = []
  for (let n = 0; n < 20; n++) notices.push(await write({ dedupe_key: `place ${n}` }))
  let failed = 0
  for (let round = 0; round < rounds; round++)
    await Promise.all(notices.map((notice) => send(notice, mail).catch(() => failed++)))
  expect(failed).toBe(16 * rounds)
  const ids = mailbox.received.map((letter) => /^Message-ID: <notice\.([^@]+)@/m.exec(letter)?.[1])
  expect(ids.sort()).toEqual(notices.sort())
  const emails = await world.db.selectFrom('notice_emails').select(['state', 'attempts']).execute()
  expect(new Set(emails.map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(
    new Set([`sent ${0.8 * rounds}`]),
  )
})

test('processes that send at the same time send an email once', async () => {
  mailbox = await aMailbox()
  const mail = mailOf(mailbox)
  const notice = await write()
  await Promise.all(Array.from({ length: 8 }, () => send(notice, mail)))
  expect(mailbox.received).toHaveLength(1)
})

test('a notice is written once for a key, and exists exactly when its cause does', async () => {
  expect(await write()).not.toBe('')
  expect(await write()).toBe('')
  const failing = world.db.transaction().execute(async (trx) => {
    await notify(trx, {
      person_id: await personId(world.db, mai),
      kind: 'place-opened',
      facts: { session_id: '2' },
      dedupe_key: 'another place',
    })
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await world.db.selectFrom('notices').select('dedupe_key').execute()).toEqual([
    { dedupe_key: 'a place' },
  ])
})

test('an email whose process died before it was sent is sent by the next one', {
  timeout: 60_000,
}, async () => {
  mailbox = await aMailbox()
  // Committed, and no process works here.
  const notice = await write()
  const handlers = jobHandlers({
    databaseUrl: '',
    db: await asTheService(),
    clock: () => world.clock.now,
    catalogue: world.catalogue,
    config: world.config,
    mail: mailOf(mailbox),
  })
  const processes = await Promise.all([1, 2].map(async () => startWorkers(await serviceUrl(), handlers, log)))
  await expect.poll(() => mailbox?.received.length, { timeout: 20_000 }).toBe(1)
  await expect.poll(async () => (await emailOf(notice)).state, { timeout: 5_000 }).toBe('sent')
  for (const process of processes) await process.stop(1_000)
  expect(mailbox.received).toHaveLength(1)
})

test('an email whose process is killed in the middle of sending is sent by the next one', {
  timeout: 60_000,
}, async () => {
  let isHanging = false
  mailbox = await aMailbox((attempt) => {
    isHanging = attempt === 1
    return isHanging ? 'hang' : null
  })
  const notice = await write()
  const script = `
    import { connect } from '#server/db/connection.ts'
    import { createMail } from '#server/lib/mail.ts'
    import { deliverEmail } from '#server/notices/delivery.actions.ts'
    const [url, smtp, notice] = process.argv.slice(1)
    const { db } = connect(url, 2)
    const mail = createMail(smtp, 'no-reply@house.example')
    await deliverEmail(db, { mail, baseUrl: 'http://127.0.0.1', isMoot: async () => false, look: { color: null, contact: null } }, notice, new Date('2026-11-23T18:00:00Z'))`
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', script, await databaseUrl(), mailbox.url, notice],
    { cwd: path.join(import.meta.dirname, '../..'), stdio: 'inherit' },
  )
  await expect.poll(() => isHanging, { timeout: 20_000 }).toBe(true)
  child.kill('SIGKILL')
  expect((await emailOf(notice)).state).toBe('queued')
  const mail = mailOf(mailbox)
  await expect
    .poll(async () => {
      await send(notice, mail)
      return (await emailOf(notice)).state
    })
    .toBe('sent')
  expect(mailbox.received).toHaveLength(1)
})

test('a recipient refused for good gets no more email, and the administrators hear of it once', async () => {
  mailbox = await aMailbox((attempt) => (attempt === 1 ? { code: 550, at: 'recipient' } : null))
  const mail = mailOf(mailbox)
  const first = await write()
  await send(first, mail)
  expect(await emailOf(first)).toMatchObject({ state: 'stopped', attempts: 1 })
  const second = await write({ dedupe_key: 'another place' })
  await send(second, mail)
  expect((await emailOf(second)).state).toBe('stopped')
  expect(mailbox.received).toEqual([])
  const client = await world.as(rae)
  const inbox = await client.get('/notices')
  expect(inbox.body).toContain('You have 1 new message.')
  expect(inbox.body).toContain('Email to Mai')
  const undelivered = await client.get('/notices/undelivered')
  expect(undelivered.body).toContain('The address refuses mail.')
  const note = await client.get(`/notices/${second}/print`)
  expect(note.body).toContain('A place opened in a session you were waiting for')
  await client.post('/notices/stopped-addresses/end', { email: mai })
  const third = await write({ dedupe_key: 'a third place' })
  await send(third, mail)
  expect(mailbox.received).toHaveLength(1)
})

test('a mail server that is down leaves the email queued, and the page says so', async () => {
  mailbox = await aMailbox()
  const mail = mailOf(mailbox)
  await mailbox.close()
  mailbox = null
  const notice = await write()
  await expect(send(notice, mail)).rejects.toThrow()
  expect(await emailOf(notice)).toMatchObject({ state: 'queued', attempts: 1 })
  const page = await (await world.as(rae)).get('/notices/undelivered')
  expect(page.body).toMatch(/Waiting\. Tried once: .*ECONNREFUSED/)
})

test('someone without an email gets a printed note, and no page says that the mail server is missing', async () => {
  mailbox = await aMailbox()
  const notice = await write()
  await world.db.updateTable('people').set({ email: null }).where('email', '=', mai).execute()
  await send(notice, mailOf(mailbox))
  expect(await emailOf(notice)).toMatchObject({ state: 'no-address', attempts: 0 })
  const client = await world.as(rae)
  const page = (await client.get('/notices/undelivered')).body
  expect(page).toContain('This person has no email on file.')
  expect(page).not.toContain('no mail server')
  const note = (await client.get(`/notices/${notice}/print`)).body
  expect(note).toContain('A place opened in a session you were waiting for')
  expect(note).toContain('Print this page and hand it over in private.')
})

test('an email names no course and no program, and comes as text and HTML', async () => {
  mailbox = await aMailbox()
  const notice = await write(due(1))
  await send(notice, mailOf(mailbox))
  const [letter = ''] = mailbox.received
  expect(letter).toMatch(/^From: Training reminders <no-reply@house\.example>\r?$/m)
  expect(letter).toMatch(/^Subject: Your certificate is here\r?$/m)
  expect(letter).toContain('Content-Type: text/plain')
  expect(letter).toContain('Content-Type: text/html')
  expect(letter).not.toMatch(/safe harbor|residential|exploit|traffick|SH-000001/i)
})

test('someone who chose discreet email learns only that there is a message', async () => {
  mailbox = await aMailbox()
  await savePreferences(world.db, await personId(world.db, mai), { frequency: 'at-once', is_discreet: true })
  await send(await write(due(1)), mailOf(mailbox))
  expect(mailbox.received[0]).toMatch(/^Subject: A message for you\r?$/m)
  expect(mailbox.received[0]).not.toMatch(/certificate|training/i)
})

test('one click in the mailbox ends optional email and no other', async () => {
  mailbox = await aMailbox()
  const mail = mailOf(mailbox)
  await send(await write(due(1)), mail)
  const letter = mailbox.received[0]!.replaceAll(/\r\n[ \t]+/g, '')
  expect(letter).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m)
  const [, address] = /^List-Unsubscribe:\s*<http:\/\/[^/]+([^>]+)>/m.exec(letter) ?? []
  expect((await world.visitor().get(address!)).body).toContain('Stop optional email?')
  const oneClick = await world.app.inject({
    method: 'POST',
    url: address!,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'List-Unsubscribe=One-Click',
  })
  expect(oneClick.statusCode).toBe(200)
  const optional = await write(due(2))
  await send(optional, mail)
  expect((await emailOf(optional)).state).toBe('unwanted')
  await send(await write(), mail)
  expect(mailbox.received).toHaveLength(2)
  expect(mailbox.received[1]).not.toContain('List-Unsubscribe')
})

test('someone who chose a daily summary gets one email for all optional messages', async () => {
  mailbox = await aMailbox()
  const mail = mailOf(mailbox)
  await savePreferences(world.db, await personId(world.db, mai), { frequency: 'daily', is_discreet: false })
  for (const n of [1, 2, 3]) await send(await write(due(n)), mail)
  expect(mailbox.received).toEqual([])
  const handlers = jobHandlers({
    databaseUrl: '',
    db: await asTheService(),
    clock: () => world.clock.now,
    catalogue: world.catalogue,
    config: world.config,
    mail,
  })
  await handlers['send-reminders']({})
  const { id } = await world.db
    .selectFrom('notices')
    .select('id')
    .where('kind', '=', 'daily-summary')
    .executeTakeFirstOrThrow()
  await send(id, mail)
  expect(mailbox.received).toHaveLength(1)
  expect(mailbox.received[0]).toContain('You have 3 new messages.')
})

test('what can wait is not sent from 8 pm to 7 am in Minnesota, and what is urgent is', async () => {
  mailbox = await aMailbox()
  const mail = mailOf(mailbox)
  world.clock.now = new Date('2026-11-24T02:30:00Z')
  const notice = await write(due(1))
  await send(notice, mail)
  expect(mailbox.received).toEqual([])
  expect((await emailOf(notice)).state).toBe('queued')
  await send(await write(), mail)
  expect(mailbox.received.splice(0)).toHaveLength(1)
  world.clock.now = new Date('2026-11-24T13:00:00Z')
  await send(notice, mail)
  expect(mailbox.received).toHaveLength(1)
})

test('an email whose job failed to the end is taken up again the next morning', async () => {
  const notice = await write()
  await world.db.deleteFrom('pgboss.job_common' as never).execute()
  const handlers = jobHandlers({
    databaseUrl: '',
    db: await asTheService(),
    clock: () => world.clock.now,
    catalogue: world.catalogue,
    config: world.config,
    mail: null,
  })
  await handlers['send-reminders']({})
  const jobs = await world.db
    .selectFrom('pgboss.job_common' as never)
    .select('data' as never)
    .execute()
  expect(jobs).toContainEqual({ data: { notice } })
})
