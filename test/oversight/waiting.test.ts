import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { programId } from '#test/programs/programs.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

let world: World
beforeAll(async () => {
  world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
})

/** What a home page says that waits, with its address. */
async function waitingAt(email: string, home: string): Promise<Readonly<Record<string, string>>> {
  const { body } = await (await world.as(email)).get(home)
  const list = /<h2 id="waiting">[\s\S]*?<\/section>/.exec(body)?.[0] ?? ''
  return Object.fromEntries(
    [...list.matchAll(/<a href="([^"]+)">([^<]+)<\/a>/g)].map(([, href, label]) => [label, href]),
  )
}
const countAt = async (email: string, page: string, label: string) =>
  new RegExp(`>${label} \\((\\d+)\\)<`).exec((await (await world.as(email)).get(page)).body)?.[1] ?? '0'
const rae = 'rae@northstar.example'

describe('what waits', () => {
  test('begins a program administrator’s page, with a count in the navigation of every page', async () => {
    const theo = await personId(world.db, 'theo@northstar.example')
    const north = await programId(world.db, 'North Star House')
    expect(await waitingAt(rae, '/team')).toEqual({
      '1 person is in direct contact and not cleared': `/team/${theo}`,
    })
    await world.db.updateTable('people').set({ password_hash: null }).where('id', '=', theo).execute()
    await world.db
      .insertInto('stopped_addresses')
      .values({ email: 'mai@northstar.example', answer: 'No such mailbox', stopped_at: world.clock.now })
      .execute()
    expect(await waitingAt(rae, '/team')).toMatchObject({
      '1 person can’t sign in yet': `/programs/${north}/links`,
      '1 email address refuses mail': '/notices/undelivered',
    })
    expect(await countAt(rae, '/notices', 'Team')).toBe('3')
    // A supervisor isn't asked what only an administrator can do, nor another program's people anything.
    expect(Object.keys(await waitingAt('sam@northstar.example', '/team'))).toEqual([
      '1 person is in direct contact and not cleared',
      '1 email address refuses mail',
    ])
    expect(await waitingAt('olu@lakeside.example', '/team')).toEqual({})
  })

  test('leads licensing staff to the request to confirm, and not the one who asked', async () => {
    const lee = await personId(world.db, 'lee@licensing.example')
    const { id: certificate_id } = await world.db
      .selectFrom('certificates')
      .select('id')
      .orderBy('number')
      .executeTakeFirstOrThrow()
    const { id } = await world.db
      .insertInto('certificate_requests')
      .values({
        certificate_id,
        act: 'revoke',
        reason: 'x',
        voids_completion: false,
        requested_by: lee,
        requested_at: world.clock.now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    expect(await waitingAt('max@licensing.example', '/licensing')).toEqual({
      '1 certificate request to confirm': `/certificates/requests/${id}`,
    })
    expect(await countAt('max@licensing.example', '/reviews', 'Licensed programs')).toBe('1')
    expect(await waitingAt('lee@licensing.example', '/licensing')).toEqual({})
  })

  test('follows a finding from the program’s answer back to who wrote it', async () => {
    const lee = await personId(world.db, 'lee@licensing.example')
    const program_id = await programId(world.db, 'North Star House')
    const at = world.clock.now
    const review = await world.db
      .insertInto('reviews')
      .values({ program_id, purpose: 'x', opened_by: lee, opened_at: at })
      .returning('id')
      .executeTakeFirstOrThrow()
    const { id: finding_id } = await world.db
      .insertInto('review_findings')
      .values({
        review_id: review.id,
        number: 1,
        body: 'x',
        follow_up_on: '2026-11-20',
        written_by: lee,
        written_at: at,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await world.db
      .insertInto('review_finding_steps')
      .values({ finding_id, act: 'sent', reason: '', acted_by: lee, acted_at: at })
      .execute()
    expect(await waitingAt(rae, '/team')).toMatchObject({ '1 finding to answer': `/findings/${finding_id}` })
    expect(await waitingAt('lee@licensing.example', '/licensing')).toEqual({
      '1 follow-up is due': `/findings/${finding_id}`,
    })
    const by = await personId(world.db, rae)
    await world.db
      .insertInto('review_answers')
      .values({ finding_id, body: 'x', answered_by: by, answered_at: at })
      .execute()
    expect(await waitingAt(rae, '/team')).not.toHaveProperty('1 finding to answer')
    expect(await waitingAt('lee@licensing.example', '/licensing')).toEqual({
      '1 answer came back': `/findings/${finding_id}`,
    })
  })

  test('leads a reviewer to comments without a reply', async () => {
    const noor = await personId(world.db, 'noor@review.example')
    const ines = await personId(world.db, 'ines@review.example')
    const place = {
      course: 'c',
      version: '1.0.0',
      content_hash: 'a'.repeat(64),
      module: 'm',
      lesson: 'l',
      anchor: 'a'.repeat(12),
    }
    const comment = (written_by: string) =>
      world.db
        .insertInto('course_comments')
        .values({ ...place, quoted: 'x', body: 'x', written_by, written_at: world.clock.now })
        .execute()
    await comment(noor)
    const { id } = await world.db.selectFrom('course_comments').select('id').executeTakeFirstOrThrow()
    expect(await waitingAt('ines@review.example', '/review/courses')).toEqual({
      '1 comment without a reply': `/review/comments/${id}`,
    })
    expect(await waitingAt('noor@review.example', '/review/courses')).toEqual({})
    await comment(ines)
    expect(await waitingAt('ines@review.example', '/review/courses')).toEqual({})
  })

  test('begins an administrator’s page with conflicting records, a checked file, a name that can’t be printed and a request to confirm', async () => {
    const { db, clock } = world
    const mai = await personId(db, 'mai@northstar.example')
    const north = await programId(db, 'North Star House')
    await db
      .updateTable('standings')
      .set({ standing: 'unknown', rule: 'R17' })
      .where('person_id', '=', mai)
      .where('program_id', '=', north)
      .execute()
    const file = await db
      .insertInto('roster_imports')
      .values({
        program_id: north,
        created_by: await personId(db, rae),
        created_at: clock.now,
        file_name: 'roster.csv',
        sha256: 'a'.repeat(64),
        state: 'checked',
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await refuseCertificateOf(mai)
    const asked = { requested_by: await personId(db, 'sam@northstar.example'), requested_at: clock.now }
    const request = (place: string | null) =>
      db
        .insertInto('second_person_requests')
        .values({ ...asked, kind: 'hire', facts: '{}', program_id: place })
        .execute()
    await request(north)
    await request(null)
    expect(await waitingAt(rae, '/team')).toMatchObject({
      '1 person’s records conflict': `/team/${mai}`,
      '1 roster file is checked and not saved': `/programs/${north}/imports/${file.id}`,
      '1 certificate waits for a name that can be printed': `/accounts/${mai}/details`,
      '1 request to confirm': '/confirmations',
    })
    expect(await waitingAt('max@licensing.example', '/licensing')).toHaveProperty(
      '1 certificate waits for a name that can be printed',
      '/certificates/records',
    )
  })

  test('begins the system administrator’s page with failed jobs and accounts, and a reviewer’s with approvals and mistakes', async () => {
    const { db, clock } = world
    await db
      .updateTable('people')
      .set({ password_hash: null })
      .where('email', '=', 'ines@review.example')
      .execute()
    await (await world.as('kit@system.example')).post('/admin/jobs/refresh-standings/run')
    await sql`update pgboss.job set state = 'failed', completed_on = now() where name = 'refresh-standings'`.execute(
      db,
    )
    expect(await waitingAt('kit@system.example', '/admin')).toMatchObject({
      '1 request to confirm': '/confirmations',
      '1 background job failed': '/admin/jobs',
      '1 person with a role can’t sign in yet': '/admin/people',
      '1 email address refuses mail': '/notices/undelivered',
    })
    const text = { course: 'residential-settings', version: '1.0.0', content_hash: 'b'.repeat(64) }
    await db
      .insertInto('course_approvals')
      .values({
        ...text,
        authority: 'x',
        reference: 'x',
        approved_on: '2026-11-01',
        effective_on: '2026-11-01',
        recorded_by: await personId(db, 'ines@review.example'),
        recorded_at: clock.now,
      })
      .execute()
    await db
      .insertInto('lesson_mistakes')
      .values({ ...text, module: 'm', lesson: 'l', body: 'A typo.', reported_on: '2026-11-20' })
      .execute()
    expect(await waitingAt('noor@review.example', '/review/courses')).toMatchObject({
      '1 approval to confirm': '/review/courses/residential-settings/1.0.0#approval',
      '1 reported mistake to answer': '/review/mistakes',
    })
  })
})

/** A completion whose certificate couldn't be issued. */
async function refuseCertificateOf(person_id: string): Promise<void> {
  const { db, clock } = world
  const { enrollment_id, id, ...completion } = await db
    .selectFrom('completions')
    .selectAll()
    .where('person_id', '=', person_id)
    .limit(1)
    .executeTakeFirstOrThrow()
  const { id: enrollment } = await db
    .insertInto('enrollments')
    .columns(['person_id', 'course', 'version', 'content_hash', 'started_at', 'ended_at'])
    .expression((from) =>
      from
        .selectFrom('enrollments')
        .select(['person_id', 'course', 'version', 'content_hash', 'started_at', 'ended_at'])
        .where('id', '=', enrollment_id),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id: completion_id } = await db
    .insertInto('completions')
    .values({ ...completion, modules: JSON.stringify(completion.modules), enrollment_id: enrollment })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('certificate_refusals')
    .values({ completion_id, certified: '{}', reason: 'No glyph', refused_at: clock.now })
    .execute()
}
