import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { issueCertificate } from '#server/certificates/certificates/issuing.actions.ts'
import { openKeyFile } from '#server/certificates/credentials/key-file.ts'
import { issuerDid } from '#server/certificates/credentials/keys.ts'
import { jobHandlers } from '#server/job-handlers.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { openReviewOf } from '#test/oversight/reviewed.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { asTheService } from '#test/support/db.ts'
import { listTold } from '#test/support/notices.ts'

const rae = 'rae@northstar.example'
const sam = 'sam@northstar.example'
const lee = 'lee@licensing.example'
const max = 'max@licensing.example'

/** Monday morning in Minnesota. */
const now = new Date('2026-06-15T15:00:00Z')

let world: World

beforeAll(async () => {
  world = await aWorld({ now })
})

beforeEach(async () => {
  world.clock.now = now
  await world.db.deleteFrom('notice_emails').execute()
  await world.db.deleteFrom('notices').execute()
  await world.db.deleteFrom('weekly_messages').execute()
})

async function runJob(name: 'tell-offices' | 'send-reminders'): Promise<void> {
  const handlers = jobHandlers({
    databaseUrl: '',
    db: await asTheService(),
    clock: () => world.clock.now,
    catalogue: world.catalogue,
    config: world.config,
    mail: null,
  })
  await handlers[name]({})
}

test('a finding, its answer and its follow-up day reach who has to act next, each once', async () => {
  const licensor = await world.as(lee)
  const review = await openReviewOf(world, licensor, '9900001')
  const law = 'Minn. Stat. 245A.25, subd. 5(f)'
  const body = {
    person: '',
    rule: '',
    law,
    body: 'Please send a plan.',
    follow_up_on: '6/16/2026',
    send: 'yes',
  }
  await licensor.post(`${review}/findings`, body)
  expect(await listTold(world.db, 'finding-sent')).toEqual([`${rae} finding-sent`])
  const { id } = await world.db.selectFrom('review_findings').select('id').executeTakeFirstOrThrow()
  const inbox = await (await world.as(rae)).get('/notices')
  expect(inbox.body).toContain('Licensing staff sent finding 1 of review 1.')
  await runJob('tell-offices')
  expect(await listTold(world.db, 'follow-up-due')).toEqual([])
  world.clock.now = new Date('2026-06-16T15:00:00Z')
  for (let times = 0; times < 2; times++) await runJob('tell-offices')
  expect(await listTold(world.db, 'follow-up-due')).toEqual([`${lee} follow-up-due`])
  const sent = await world.app.inject({
    method: 'POST',
    url: `/findings/${id}/answers`,
    headers: {
      'content-type': 'multipart/form-data; boundary=x',
      'sec-fetch-site': 'same-origin',
      'idempotency-key': randomUUID(),
      cookie: [...(await world.as(rae)).cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    },
    payload: '--x\r\ncontent-disposition: form-data; name="body"\r\n\r\nHere it is.\r\n--x--\r\n',
  })
  expect(sent.statusCode).toBe(303)
  expect(await listTold(world.db, 'finding-answered')).toEqual([`${lee} finding-answered`])
})

test('someone added to a program hears that training is waiting', async () => {
  const client = await world.as(rae)
  const program = await programId(world.db, 'North Star House')
  const added = await client.post(`/programs/${program}/roster`, {
    name: 'Wren Adler',
    email: 'wren@northstar.example',
    worker_type: 'employee',
    role_title: 'Youth worker',
    hired_on: '6/1/2026',
    contact_from: '',
    contact_time: '',
  })
  expect(added.statusCode).toBe(200)
  expect(await listTold(world.db, 'assigned')).toEqual(['wren@northstar.example assigned'])
})

test('system administrators hear of a job that failed for good, and once a year that the signing key is old', async () => {
  await enqueue(world.db, 'make-backup')
  await sql`update pgboss.job set state = 'failed', completed_on = now(), output = '{"message": "No space left on device"}'
    where name = 'make-backup'`.execute(world.db)
  await openKeyFile(world.config.keysFile, issuerDid(world.config.baseUrl), now)
  world.clock.now = new Date('2027-06-10T15:00:00Z')
  await runJob('tell-offices')
  await runJob('tell-offices')
  expect(await listTold(world.db, 'job-failed')).toEqual(['kit@system.example job-failed'])
  const page = await (await world.as('kit@system.example')).get('/notices')
  expect(page.body).toContain('No space left on device')
  expect(page.body).toContain('Write a backup into BACKUP_DIR')
  expect(await listTold(world.db, 'key-old')).toEqual(['kit@system.example key-old'])
})

test('administrators hear of a token two weeks before it ends, and on Mondays who never signed in', async () => {
  const program_id = await programId(world.db, 'North Star House')
  const created_by = await personId(world.db, rae)
  const token = { program_id, created_by, label: 'Shifts', token_hash: 'a'.repeat(64) }
  await world.db
    .insertInto('api_tokens')
    .values({ ...token, expires_at: new Date('2026-06-25T12:00:00Z') })
    .execute()
  await sql`update people set password_hash = null, created_at = '2026-06-01' where email = 'mai@northstar.example'`.execute(
    world.db,
  )
  await runJob('tell-offices')
  expect(await listTold(world.db, 'token-ending')).toEqual([`${rae} token-ending`])
  expect(await listTold(world.db, 'never-signed-in')).toEqual([`${rae} never-signed-in`])
  world.clock.now = new Date('2026-06-16T15:00:00Z')
  await runJob('tell-offices')
  expect(await listTold(world.db, 'never-signed-in')).toHaveLength(1)
  // On the next Monday nothing ran.
  world.clock.now = new Date('2026-06-23T15:00:00Z')
  for (const _time of ['at the start', 'an hour later']) await runJob('tell-offices')
  expect(await listTold(world.db, 'never-signed-in')).toHaveLength(2)
})

test('reviewers hear of a reported mistake and of facts checked half a year ago', async () => {
  const course = world.catalogue.courses.get('residential-settings')!.current
  const [module] = course.modules
  const ivy = await world.as('ivy@lakeside.example')
  const [lesson] = module!.lessons
  const reported = await ivy.post(`/courses/${course.slug}/${module!.slug}/${lesson!.slug}/mistake`, {
    version: course.version,
    body: 'A word is missing.',
  })
  expect(reported.statusCode).toBe(303)
  const reviewers = ['ines@review.example', 'noor@review.example']
  const told = (kind: string) => reviewers.map((email) => `${email} ${kind}`)
  expect(await listTold(world.db, 'mistake-reported')).toEqual(told('mistake-reported'))
  await runJob('tell-offices')
  expect(await listTold(world.db, 'facts-due')).toEqual([])
  world.clock.now = new Date('2027-12-01T15:00:00Z')
  await runJob('tell-offices')
  expect(await listTold(world.db, 'facts-due')).toEqual(told('facts-due'))
})

test('a name that can’t be printed reaches the administrators who can correct it', async () => {
  const mai = await personId(world.db, 'mai@northstar.example')
  const copy = (table: string, more: object) =>
    sql<{ id: string; person_id: string }>`
    insert into ${sql.table(table)} select (jsonb_populate_record(one, ${JSON.stringify(more)}::jsonb)).* from ${sql.table(table)} one
    where person_id = ${mai} limit 1 returning id, person_id`.execute(world.db)
  const [enrollment_id, id] = [randomUUID(), randomUUID()]
  await copy('enrollments', { id: enrollment_id })
  const { rows } = await copy('completions', { id, enrollment_id })
  const facts = { person_name: '山田', course_title: 'Course' } as never
  const result = await writeEvidence(world.db, (trx) =>
    issueCertificate(trx, rows[0]!, facts, world.config, now),
  )
  expect(result.kind).toBe('name-refused')
  expect(await listTold(world.db, 'name-unprintable')).toEqual([`${rae} name-unprintable`])
})

test('a deputy who may see the program gets the team’s alerts while the supervisor is away, and after that no more', async () => {
  const client = await world.as(sam)
  const deputy = await personId(world.db, rae)
  const refused = await client.post('/notices/deputy', {
    deputy: await personId(world.db, 'olu@lakeside.example'),
    from_on: '6/15/2026',
    to_on: '6/19/2026',
  })
  expect(refused.statusCode).toBe(422)
  expect(refused.body).toContain('Choose who gets your team’s alerts.')
  await client.post('/notices/deputy', { deputy, from_on: '6/15/2026', to_on: '6/19/2026' })
  expect((await client.get('/notices/deputy')).body).toContain('Rae')
  await runJob('send-reminders')
  const alerts = await listTold(world.db, 'not-cleared')
  expect(alerts.filter((line) => line.startsWith(sam)).length).toBeGreaterThan(0)
  expect(alerts.filter((line) => line.startsWith(rae))).toEqual(
    alerts.filter((line) => line.startsWith(sam)).map((line) => line.replace(sam, rae)),
  )
  await world.db.deleteFrom('notice_emails').execute()
  await world.db.deleteFrom('notices').execute()
  world.clock.now = new Date('2026-06-22T15:00:00Z')
  await runJob('send-reminders')
  expect((await listTold(world.db, 'not-cleared')).filter((line) => line.startsWith(rae))).toEqual([])
})

test('licensing staff and administrators hear once that a certification ends, unless a later one is on record', async () => {
  const program_id = await programId(world.db, 'North Star House')
  await sql`update certifications set superseded_at = now() where program_id = ${program_id}`.execute(
    world.db,
  )
  const certify = (from_on: string, to_on: string | null) =>
    world.db.insertInto('certifications').values({ program_id, type: 'qrtp', from_on, to_on }).execute()
  await certify('2026-01-01', '2026-07-31')
  for (let times = 0; times < 2; times++) await runJob('tell-offices')
  const about = [lee, max, rae].map((email) => `${email} license-ending`)
  expect(await listTold(world.db, 'license-ending')).toEqual(about)
  await world.db.deleteFrom('notice_emails').execute()
  await world.db.deleteFrom('notices').execute()
  await certify('2026-08-01', null)
  await runJob('tell-offices')
  expect(await listTold(world.db, 'license-ending')).toEqual([])
})
