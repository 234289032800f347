import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { openDataKey } from '#server/certificates/credentials/key-file.ts'
import { issuerDid } from '#server/certificates/credentials/keys.ts'
import { createMail, type Mail } from '#server/lib/mail.ts'
import { accountMail } from '#server/notices/account-mail.actions.ts'
import {
  accountsMerged,
  emailChangeAsked,
  emailChanged,
  passwordLink,
  resetLink,
} from '#server/people/account-emails.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { handlersOf, sendAccountEmails, workOff } from '#test/support/jobs.ts'
import { aMailbox, type Mailbox } from '#test/support/mailbox.ts'

const ada = 'ada@northstar.example'
const from = 'Safe Harbor Training <no-reply@house.example>'
let mailbox: Mailbox | null = null

afterEach(async () => {
  await mailbox?.close()
  mailbox = null
})

const mailOf = ({ url }: Mailbox): Mail => createMail(url, from)
const emailsIn = ({ db }: World) => db.selectFrom('direct_emails').selectAll().orderBy('id').execute()

test('an email about an account is written with its cause or not at all, and its link is sealed until it is sent', async () => {
  mailbox = await aMailbox()
  const world = await aWorld({ mail: mailOf(mailbox) })
  const queue = accountMail(async () => Buffer.alloc(32))
  const failing = world.db.transaction().execute(async (trx) => {
    await queue(trx, { to: ada, subject: 'Set your password', text: 'x' })
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await emailsIn(world)).toEqual([])

  await world.visitor().post('/forgot-password', { email: ada })
  await workOff(world, 'send-reset-link')
  const [waiting] = await emailsIn(world)
  expect(waiting).toMatchObject({ address: ada, state: 'queued', attempts: 0 })
  expect(JSON.stringify(waiting)).not.toContain('/link/')
  await sendAccountEmails(world)
  expect(mailbox.received).toHaveLength(1)
  expect(mailbox.received[0]).toContain('/link/')
  expect(mailbox.received[0]).toMatch(/^From: Messages <no-reply@house\.example>\r?$/m)
  expect(mailbox.received[0]).not.toMatch(/safe harbor|training/i)
  expect(await emailsIn(world)).toMatchObject([{ state: 'sent', sealed: null, error: null }])
})

test('a mail server that fails loses no email about an account, and gets none twice', async () => {
  mailbox = await aMailbox((attempt) => (attempt <= 3 ? { code: 451, at: 'data' } : null))
  const world = await aWorld({ mail: mailOf(mailbox) })
  const handlers = await handlersOf(world)
  const request = { email: ada, key: 'asked once' }
  // The first process was killed before it could say that it was done.
  for (let n = 0; n < 2; n++) await handlers['send-reset-link'](request)
  const [written, ...others] = await emailsIn(world)
  expect(others).toEqual([])
  const send = (isLastTry = false) =>
    handlers['send-account-email'](
      { email: written!.id },
      { signal: new AbortController().signal, isLastTry },
    )
  for (let n = 0; n < 3; n++) await expect(send()).rejects.toThrow()
  expect(await emailsIn(world)).toMatchObject([{ state: 'queued', attempts: 3 }])
  await Promise.all([send(), send(), send()])
  expect(mailbox.received).toHaveLength(1)
  expect(await emailsIn(world)).toMatchObject([{ state: 'sent', attempts: 4 }])
})

test('an address that refuses mail is sent nothing more, and administrators get a message', async () => {
  mailbox = await aMailbox(() => ({ code: 550, at: 'recipient' }))
  const world = await aWorld({ mail: mailOf(mailbox) })
  const client = await world.as(ada)
  await client.post('/account/email', { email: 'new@northstar.example' })
  await client.post('/forgot-password', { email: ada })
  await sendAccountEmails(world)
  expect((await emailsIn(world)).map(({ address, state, sealed }) => [address, state, sealed])).toEqual([
    ['new@northstar.example', 'stopped', null],
    [ada, 'stopped', null],
    [ada, 'stopped', null],
  ])
  const told = await world.db
    .selectFrom('notices')
    .select('person_id')
    .where('kind', '=', 'email-stopped')
    .execute()
  expect(told.map(({ person_id }) => person_id)).toContain(await personId(world.db, 'kit@system.example'))
})

test('a link that ended, or that the last attempt could not send, is given up and leaves no text behind', async () => {
  mailbox = await aMailbox(() => ({ code: 451, at: 'data' }))
  const world = await aWorld({ mail: mailOf(mailbox) })
  const handlers = await handlersOf(world)
  for (const key of ['one', 'two']) await handlers['send-reset-link']({ email: ada, key })
  const [late, last] = await emailsIn(world)
  world.clock.now = new Date(Date.now() + 25 * 3_600_000)
  await handlers['send-account-email']({ email: late!.id })
  world.clock.now = new Date()
  await expect(handlers['send-account-email']({ email: last!.id })).rejects.toThrow()
  expect((await emailsIn(world)).map(({ state, sealed, error }) => [state, sealed, error])).toEqual([
    ['failed', null, 'The link in it ended before the mail server took it.'],
    ['failed', null, expect.stringContaining('in trouble')],
  ])
  const kit = await world.as('kit@system.example')
  expect((await kit.get('/admin/mail?state=failed')).body).toContain('The link in it ended')
})

test('an email about an account names no training', () => {
  const base = 'http://127.0.0.1'
  const emails = [
    ...emailChangeAsked({ token: 'x', from: ada, to: 'new@northstar.example', isTaken: false }, base),
    ...emailChanged({ from: ada, to: 'new@northstar.example' }),
    accountsMerged(ada, 'x', new Date()),
    resetLink(ada, base),
    passwordLink(ada, base, 7),
  ]
  for (const { subject, text } of emails) {
    expect(`${subject} ${text}`).not.toMatch(/safe harbor|training|course|exploit|traffick/i)
  }
})

test('the ledger’s head stays queued through refusals and the last retry, until the mail server takes it', async () => {
  let isWell = false
  mailbox = await aMailbox((attempt) =>
    isWell ? null : attempt === 1 ? { code: 550, at: 'recipient' } : { code: 451, at: 'data' },
  )
  const world = await aWorld({ mail: mailOf(mailbox) })
  const key = await openDataKey(world.config.keysFile, issuerDid(world.config.baseUrl), new Date())
  const head = { to: 'records@example.org', subject: 'Ledger head', text: 'a head', cause: 'ledger head x' }
  await world.db.transaction().execute((trx) => accountMail(async () => key)(trx, head))
  const handlers = await handlersOf(world)
  const [email] = await emailsIn(world)
  for (let n = 0; n < 2; n++)
    await expect(handlers['send-account-email']({ email: email!.id })).rejects.toThrow()
  expect(await emailsIn(world)).toMatchObject([{ state: 'queued', attempts: 2 }])
  // The job was retried to its end. The next morning makes another.
  await sql`delete from pgboss.job where name = 'send-account-email'`.execute(world.db)
  isWell = true
  await handlers['send-reminders']({})
  await sendAccountEmails(world)
  expect(mailbox.received.filter((letter) => letter.includes('a head'))).toHaveLength(1)
  expect(await emailsIn(world)).toMatchObject([{ state: 'sent', sealed: null }])
})
