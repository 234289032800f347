import { beforeAll, describe, expect, test } from 'vitest'
import { keepMail } from '#server/lib/kept-mail.ts'
import type { Message } from '#server/lib/mail.ts'
import { notify } from '#server/notices/actions.ts'
import { deliverEmail } from '#server/notices/delivery.actions.ts'
import type { NewNotice, NoticeFacts, NoticeKind } from '#server/notices/kinds.ts'
import { addWebhook } from '#server/notices/webhooks/webhooks.actions.ts'
import { aStage, evidenceActions, type Stage } from '#test/ledger/evidence-actions.ts'
import { aWorld, config } from '#test/support/app.ts'
import { asTheService } from '#test/support/db.ts'
import { htmlProblems } from '#test/support/html.ts'
import { sendAccountEmails } from '#test/support/jobs.ts'
import { listTold } from '#test/support/notices.ts'

const id = '00000000-0000-4000-8000-000000000000'
const on = '2026-07-01'
const team = { program_id: id, program: 'Lakes House', on, people: [{ id, name: 'Pat Paper' }] }
const evidence = { request_id: id, review: 3, number: 1 }
const finding = { finding_id: id, review: 3, number: 2 }

/** One of each kind; the compiler asks for a new one. */
const samples: NoticeFacts = {
  assigned: { program: 'Lakes House' },
  'lessons-changed': { course: 'Residential', path: '/changes', due_on: on },
  'lessons-changed-late': { course: 'Residential', path: '/changes', due_on: on },
  'training-due': { requirement: 'residential-initial', title: 'Residential', due_on: on, days: 7 },
  'training-overdue': { requirement: 'residential-initial', title: 'Residential', due_on: on },
  'program-training-due': {
    requirement_id: id,
    title: 'First aid',
    program: 'Lakes House',
    due_on: on,
    days: 7,
  },
  'program-training-overdue': { requirement_id: id, title: 'First aid', program: 'Lakes House', due_on: on },
  'program-training-decided': {
    title: 'First aid',
    program: 'Lakes House',
    submission_id: id,
    is_accepted: true,
  },
  'supervisor-reminder': { from: 'Sam', due_on: on },
  transferred: {
    person_id: '00000000-0000-0000-0000-000000000001',
    name: 'Mai Vang',
    from: 'North Star House',
    to: 'Prairie Shelter',
    on: '2026-12-01',
  },
  'course-assigned': {
    from: 'Sam Reyes',
    course: 'residential-settings',
    title: 'Specialized residential settings',
  },
  'course-completed': { course: 'Residential', certificate: 'SH-000001' },
  'certificate-corrected': { certificate: 'SH-000001' },
  'certificate-revoked': { certificate: 'SH-000001' },
  'outside-training-decided': { title: 'A webinar', is_accepted: true },
  'after-care': { case: '00000000-0000-4000-8000-000000000000' },
  'place-opened': { session_id: id },
  'session-changed': { session_id: id },
  'session-canceled': { session_id: id },
  'request-answered': { request_id: id },
  'request-arrived': { request_id: id },
  'not-cleared': team,
  'not-cleared-long': { ...team, days: 7 },
  'weekly-digest': { overdue: 1, coming: 2, cleared: 0, own: 3 },
  'daily-summary': { count: 2 },
  'sign-in-changed': { what: 'password-set', by: null },
  'outside-training-waiting': { title: 'A webinar', name: 'Pat Paper', training_id: id },
  'program-training-waiting': { title: 'First aid', name: 'Mai Vang', submission_id: id },
  'past-trainings-waiting': { count: 2, program: 'Lakes House' },
  'import-done': { program_id: id, import_id: id, file_name: 'roster.csv', state: 'checked' },
  'packet-done': { review_id: id, packet_id: id, program: 'Lakes House', state: 'made' },
  'second-confirmation': { what: 'A revocation', path: '/requests/1' },
  'email-stopped': { name: 'Pat Paper', email: 'pat@lakes.example', answer: '550 No such user' },
  'finding-sent': finding,
  'finding-corrected': finding,
  'finding-answered': { ...finding, program: 'Lakes House' },
  'evidence-requested': { ...evidence, on },
  'evidence-reply': evidence,
  'evidence-sent': { ...evidence, program: 'Lakes House' },
  'evidence-due': { ...evidence, on },
  'evidence-late': { ...evidence, program: 'Lakes House', on },
  'follow-up-due': { ...finding, program: 'Lakes House', on },
  'name-unprintable': { person_id: id, name: '名', reason: 'It has letters that can’t be drawn.' },
  'record-altered': { finding: 'Entry 12: Its content was changed after it was written.' },
  'job-failed': { job: 'make-backup', error: 'No space left' },
  'token-ending': { program_id: id, program: 'Lakes House', label: 'Shifts', on },
  'key-old': { since: on },
  'never-signed-in': { program_id: id, program: 'Lakes House', count: 2 },
  'license-ending': { program_id: id, program: 'Lakes House', what: 'The license', on },
  'mistake-reported': { course: 'Residential', lesson: 'Why' },
  'comment-assigned': { comment_id: id, lesson: 'At the door', from: 'Noor Haddad' },
  'fact-changed': { key: 'A1-02', about: 'Who must take the training', reason: 'Amended' },
  'facts-due': { count: 3, since: on },
  'link-broken': { resource: 'otip', name: 'U.S. Office on Trafficking in Persons' },
  'role-changed': {
    change: 'granted',
    role: 'Supervisor',
    where: 'Lakes House',
    person: 'Pat Paper',
    by: 'Rae',
    is_own: true,
    path: null,
  },
  'record-opened': { name: 'Pat Paper', by: 'Kit', reason: 'They asked.', is_own: true },
  'record-asked': { program: 'Lakes House' },
  'record-shared': { name: 'Pat Paper', program: 'Lakes House', by: 'Rae', is_own: true },
}
const kinds = Object.keys(samples) as NoticeKind[]

describe('every kind of notice', () => {
  const sent: Message[] = []
  let stage: Stage

  beforeAll(async () => {
    stage = await aStage({ mail: async (message) => void sent.push(message) })
    await stage.world.db.deleteFrom('notice_emails').execute()
    await stage.world.db.deleteFrom('notices').execute()
    const write = (kind: NoticeKind) =>
      stage.world.db.transaction().execute((trx) =>
        notify(trx, {
          person_id: stage.theo.id,
          kind,
          facts: samples[kind],
          dedupe_key: kind,
        } as NewNotice),
      )
    // Each cause twice, as when a job is repeated.
    for (const kind of [...kinds, ...kinds]) await write(kind)
    const look = { color: null, contact: 'Questions? Office, office@lakes.example' }
    const { mail, config, clock } = stage.world
    // A reminder whose training is done, or an alert about a team that is cleared, is sent to no one on this stage.
    const delivery = { mail, baseUrl: config.baseUrl, look, isMoot: async () => false }
    for (const { id } of await stage.world.db.selectFrom('notices').select('id').execute())
      await deliverEmail(await asTheService(), delivery, id, clock.now)
  })

  test('is written once for its cause, however often that is repeated', async () => {
    const rows = await stage.world.db.selectFrom('notices').select('kind').execute()
    expect(rows.map(({ kind }) => kind).sort()).toEqual([...kinds].sort())
  })

  test('is read in the inbox', async () => {
    const theo = await stage.world.as('theo@northstar.example')
    const page = (await theo.get('/notices')).body
    expect(page).toContain('Pat Paper may not have direct contact at Lakes House from July 1, 2026.')
    expect(page).not.toMatch(/undefined|null|NaN/)
  })

  test('is counted in the navigation of every page until it is read', async () => {
    const theo = await stage.world.as('theo@northstar.example')
    const label = async () => />(Messages[^<]*)</.exec((await theo.get('/training')).body)?.[1]
    expect(await label()).toBe(`Messages (${kinds.length})`)
    const { id } = await stage.world.db
      .selectFrom('notices')
      .select('id')
      .where('kind', '=', 'course-completed')
      .executeTakeFirstOrThrow()
    await theo.post(`/notices/${id}/reading`)
    expect(await label()).toBe(`Messages (${kinds.length - 1})`)
    await theo.post('/notices/reading')
    expect(await label()).toBe('Messages')
  })

  test('leads from its email to where the thing is done, for its person alone', async () => {
    const { db } = stage.world
    const { id } = await db
      .selectFrom('notices')
      .select('id')
      .where('kind', '=', 'lessons-changed')
      .executeTakeFirstOrThrow()
    const answer = await (await stage.world.as('theo@northstar.example')).get(`/notices/${id}`)
    expect([answer.statusCode, answer.headers.location]).toEqual([302, '/changes'])
    expect((await (await stage.world.as('rae@northstar.example')).get(`/notices/${id}`)).statusCode).toBe(404)
  })

  test.each(kinds)(
    '%s goes out once, as text and HTML that say the same and name no program or person',
    async (kind) => {
      const { id } = await stage.world.db
        .selectFrom('notices')
        .select('id')
        .where('kind', '=', kind)
        .executeTakeFirstOrThrow()
      const messages = sent.filter(({ messageId }) => messageId?.includes(id))
      expect(messages).toHaveLength(1)
      const { subject, text, html = '' } = messages[0]!
      expect(subject).not.toBe('')
      expect(wordsOfPage(html)).toEqual(wordsOfText(text))
      expect(html).toContain('lang="en"')
      expect(await htmlProblems(new Map([[kind, html]]))).toEqual([])
      expect(`${subject} ${text}`).not.toMatch(
        /undefined|null|NaN|Lakes House|Pat Paper|Mai Vang|Sam\b|Residential|webinar|First aid/,
      )
      // A page's own address may name a course or say what it is about.
      expect(text).toContain(`: ${stage.world.config.baseUrl}/notices/${id}\n`)
    },
  )
})

/** An email's text without the addresses that the page has behind its links. */
const wordsOfText = (text: string) => text.replace(/: http\S+/g, '').split(/\s+/)

const wordsOfPage = (html: string) =>
  html
    .replace(/<head>[\s\S]*<\/head>/, '')
    .replace(/<\/?(?:a|strong)\b[^>]*>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .trim()
    .split(/\s+/)

test('completing, correcting and revoking each write their notice and tell the program’s software once', async () => {
  const stage = await aStage()
  const { db } = stage.world
  await db.deleteFrom('notice_emails').execute()
  await db.deleteFrom('notices').execute()
  const events = ['course.completed', 'certificate.issued', 'certificate.revoked'] as const
  const webhook = { program_id: stage.program, url: 'https://shifts.example/hooks', events }
  await addWebhook(await asTheService(), { id: stage.rae.id, now: stage.world.clock.now }, webhook)
  const seen = async () => {
    const notices = await db
      .selectFrom('notices')
      .select('kind')
      .where('person_id', '=', stage.theo.id)
      .execute()
    const deliveries = await db.selectFrom('webhook_deliveries').select('event').execute()
    await db.deleteFrom('notice_emails').execute()
    await db.deleteFrom('notices').execute()
    await db.deleteFrom('webhook_deliveries').execute()
    return [notices.map(({ kind }) => kind).sort(), deliveries.map(({ event }) => event).sort()]
  }
  const happens = async (name: string) => {
    const act = await evidenceActions.find((one) => one.name.startsWith(name))!.prepare(stage, 0)
    await seen()
    await act(await asTheService())
    return seen()
  }
  expect(await happens('the last answer of a course')).toEqual([
    ['course-completed'],
    ['certificate.issued', 'course.completed'],
  ])
  expect(await happens('a correction confirmed')).toEqual([
    ['certificate-corrected'],
    ['certificate.issued', 'certificate.revoked'],
  ])
  expect(await happens('a revocation confirmed')).toEqual([['certificate-revoked'], ['certificate.revoked']])
  expect(await happens('an outside training decided')).toEqual([['outside-training-decided'], []])
})

test('what waits for a decision or a second person reaches those who can decide, once, and not the one who asked', async () => {
  const stage = await aStage()
  const { db } = stage.world
  const told = async (name: string, kind: NoticeKind) => {
    const act = await evidenceActions.find((one) => one.name === name)!.prepare(stage, 0)
    await db.deleteFrom('notice_emails').execute()
    await db.deleteFrom('notices').execute()
    await act(await asTheService())
    return listTold(db, kind)
  }
  expect(await told('an outside training recorded', 'outside-training-waiting')).toEqual([
    'rae@northstar.example outside-training-waiting',
  ])
  expect(await told('a revocation requested', 'second-confirmation')).toEqual([
    'max@licensing.example second-confirmation',
  ])
  expect(await told('an approval recorded', 'second-confirmation')).toEqual([
    'ines@review.example second-confirmation',
  ])
})

test('in development every email is a page, also one that was not sent; anywhere else there is no such page', async () => {
  const world = await aWorld({ mail: keepMail, config: { ...config, development: true } })
  const visitor = world.visitor()
  await visitor.post('/forgot-password', { email: 'ada@northstar.example' })
  await sendAccountEmails(world)
  const listed = (await visitor.get('/dev/mail')).body
  expect(listed).toContain('<a href="/dev/mail/sent/0">Set a new password</a>')
  expect((await visitor.get('/dev/mail/sent/0')).body).toContain('/link/')
  const notices = await world.db.selectFrom('notices').select('id').execute()
  expect(notices.length).toBeGreaterThan(0)
  for (const { id } of notices) {
    expect(listed).toContain(`href="/dev/mail/${id}"`)
    expect((await visitor.get(`/dev/mail/${id}`)).body).toContain('<main class="letter">')
  }
  const elsewhere = (await aWorld({ cast: false })).visitor()
  for (const address of ['/dev/mail', '/dev/mail/sent/0'])
    expect((await elsewhere.get(address)).statusCode).toBe(404)
})
