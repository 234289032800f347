import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { demoPassword } from '#server/demo/cast.ts'
import { confirmAll, programId, readable } from '#test/programs/programs.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { sendAccountEmails } from '#test/support/jobs.ts'

const kept = 'ada@northstar.example'
const merged = 'ivy@lakeside.example'

let world: World
let kit: Client
let lee: Client
let ada: string
let ivy: string
const sent: { to: string; subject: string; text: string }[] = []
let before: Readonly<{ holdings: unknown; evidence: unknown }>

beforeAll(async () => {
  world = await aWorld({
    mail: async (message) => {
      sent.push(message)
    },
  })
  kit = await world.as('kit@system.example')
  lee = await world.as('lee@licensing.example')
  ada = await personId(world.db, kept)
  ivy = await personId(world.db, merged)
})

const ask = (client: Client, [to, from] = [ada, ivy]) =>
  client.post(`/accounts/${to}/merge/${from}`, { reason: 'The same birth date and Social Security card' })

const reverse = (merge: string) =>
  kit.post(`/accounts/${ada}/merges/${merge}/reversal`, { reason: 'They are two sisters' })

const merges = () => world.db.selectFrom('account_merges').select(['id', 'superseded_at']).execute()

/** What two accounts have, of everything that a merge could change. */
async function holdings() {
  const { rows } = await sql<{ one: unknown }>`
    select jsonb_build_array('person', to_jsonb(p) - 'last_active_on') as one from people p where id in (${ada}, ${ivy})
    union all select jsonb_build_array('work', a.assignment_id, a.person_id, a.program_id, a.hired_on, a.separated_on, a.role_title)
      from assignments a where superseded_at is null and person_id in (${ada}, ${ivy})
    union all select jsonb_build_array('role', role, person_id, program_id, granted_by) from roles where ended_at is null and person_id in (${ada}, ${ivy})
    union all select jsonb_build_array('standing', person_id, program_id, requirement, standing, due_on, satisfied_on) from standings where person_id in (${ada}, ${ivy})
    union all select jsonb_build_array('clearance', person_id, program_id, answer) from clearances where person_id in (${ada}, ${ivy})
    union all select jsonb_build_array('name', person_id, employee_id) from employee_ids where person_id in (${ada}, ${ivy})
    union all select jsonb_build_array('subject', person_id, subject) from sign_in_subjects where person_id in (${ada}, ${ivy})
    union all select jsonb_build_array('note', person_id, body) from lesson_notes where person_id in (${ada}, ${ivy})
    order by 1`.execute(world.db)
  return rows.map(({ one }) => one)
}

const evidence = async () => {
  const { rows } = await sql<{ one: string }>`
    select md5(string_agg(c::text, '|' order by c.id)) as one from completions c
    union all select md5(string_agg(c::text, '|' order by c.id)) from certificates c
    union all select md5(string_agg(o::text, '|' order by o.id)) from outside_trainings o
    union all select md5(string_agg(e::text, '|' order by e.id)) from enrollments e`.execute(world.db)
  return rows
}

// One world for all: each test goes on where the one before it ended.
describe('two accounts of one person', () => {
  test('are merged by no one alone, by neither of the two, and only by an administrator who looks after both', async () => {
    const rae = await world.as('rae@northstar.example')
    expect((await ask(rae)).statusCode).toBe(404)
    const own = await personId(world.db, 'kit@system.example')
    expect((await ask(kit, [own, ivy])).statusCode).toBe(404)
    const mai = await personId(world.db, 'mai@northstar.example')
    const clash = await ask(kit, [ada, mai])
    expect(clash.statusCode).toBe(422)
    expect(readable(clash.body)).toContain('Both accounts work at North Star House at the same time.')
    await ask(kit)
    const { id } = await world.db.selectFrom('second_person_requests').select('id').executeTakeFirstOrThrow()
    // Licensing staff whose own second account it is can't confirm either.
    await world.db.insertInto('roles').values({ person_id: ivy, role: 'licensing' }).execute()
    const answers = []
    for (const client of [kit, rae, await world.as(merged)])
      answers.push((await client.post(`/confirmations/${id}/confirmation`)).statusCode)
    expect(answers).toEqual([409, 404, 409])
    await kit.post(`/confirmations/${id}/withdrawal`)
    await world.db.deleteFrom('role_uses').execute()
    await world.db.deleteFrom('roles').where('person_id', '=', ivy).execute()
    expect(await world.db.selectFrom('account_merges').select('id').execute()).toEqual([])
  })

  test('become one when a second person confirms: trainings, certificates, rosters, and roles are the person’s', async () => {
    const lakeside = await programId(world.db, 'Lakeside Home')
    await world.db
      .insertInto('roles')
      .values({ person_id: ivy, role: 'supervisor', program_id: lakeside })
      .execute()
    await world.db
      .insertInto('lesson_notes')
      .values({ person_id: ivy, course: 'c', module: 'm', lesson: 'l', body: 'Mine', written_at: new Date() })
      .execute()
    const { number } = await world.db
      .selectFrom('certificates')
      .select('number')
      .where('person_id', '=', ivy)
      .executeTakeFirstOrThrow()
    before = { holdings: await holdings(), evidence: await evidence() }
    expect((await kit.get(`/accounts/${ada}/merge?search=ivy`)).body).toContain(`/merge/${ivy}`)
    const preview = readable((await kit.get(`/accounts/${ada}/merge/${ivy}`)).body)
    expect(preview).toContain(`Certificates ${number}`)
    expect(preview).toContain('Rosters Lakeside Home, since')
    expect(preview).toContain('Roles Supervisor, Lakeside Home')

    expect((await ask(kit)).headers.location).toBe('/confirmations?done=merge')
    expect(await holdings()).toEqual(before.holdings)
    const waiting = readable((await lee.get('/confirmations')).body)
    expect(waiting).toContain(
      'Merge two accounts of one person: Ivy Sorensen (ivy@lakeside.example) into Ada Lindqvist',
    )
    expect(waiting).toContain('What comes along: 1 completed course, 1 certificate')
    expect(await confirmAll(lee)).toEqual([303])

    const her = await world.as(kept)
    expect((await her.get('/')).body).toContain(number)
    expect((await her.get(`/certificates/${number}.pdf`)).statusCode).toBe(200)
    expect(readable((await her.get('/team')).body)).toContain('1 of 1 person is cleared')
    const sam = await world.as('sam@northstar.example')
    expect(readable((await sam.get('/team')).body)).toContain('Ada Lindqvist Youth worker Current')
    const olu = await world.as('olu@lakeside.example')
    expect((await olu.get(`/team/${ivy}`)).headers.location).toBe(`/team/${ada}`)
    expect(JSON.parse((await her.get('/account/data.json')).body).certificates).toHaveLength(1)
    expect(await evidence()).toEqual(before.evidence)
    const entries = await world.db
      .selectFrom('ledger_entries')
      .select('subject')
      .where('kind', '=', 'accounts-merged')
      .execute()
    expect(entries.map(({ subject }) => subject)).toEqual([`person:${ada}`, `person:${ivy}`])
  })

  test('have one way in: every sign-in name leads to the account that is kept, and both emails hear of it', async () => {
    const visitor = world.visitor()
    expect((await visitor.post('/sign-in', { email: merged, password: demoPassword })).statusCode).toBe(303)
    expect((await visitor.get('/account')).body).toContain('Ada Lindqvist')
    await sendAccountEmails(world)
    expect(sent.filter(({ subject }) => subject.includes('one now')).map(({ to }) => to)).toEqual([merged])
    expect(readable((await visitor.get('/notices')).body)).toContain(
      'Kit Dawson merged another account of yours into this one.',
    )
    const emails = await world.db
      .selectFrom('notice_emails')
      .innerJoin('notices', 'notices.id', 'notice_id')
      .select('state')
      .where('person_id', '=', ada)
      .where('kind', '=', 'sign-in-changed')
      .execute()
    expect(emails).toEqual([{ state: 'queued' }])
    const mai = await personId(world.db, 'mai@northstar.example')
    expect((await ask(kit, [mai, ivy])).statusCode).toBe(404)
    expect((await kit.post(`/accounts/${ivy}/reopening`, { reason: 'Try' })).statusCode).toBe(404)
    expect(readable((await kit.get(`/accounts/${ivy}`)).body)).toContain('This account was merged into')
  })

  test('are taken apart again: each has exactly what it had, and its own way in', async () => {
    const [merge] = await merges()
    expect((await reverse(merge!.id)).statusCode).toBe(303)
    expect(await holdings()).toEqual(before.holdings)
    expect(await evidence()).toEqual(before.evidence)
    expect(readable((await kit.get(`/accounts/${ivy}`)).body)).toContain('They are two sisters')
    const own = await world.as(merged)
    expect((await own.get('/account')).body).toContain('Ivy Sorensen')
  })

  test('stay one after 30 days, and the record of a merge is never rewritten', async () => {
    await ask(kit)
    expect(await confirmAll(lee)).toEqual([303])
    const merge = (await merges()).find(({ superseded_at }) => superseded_at === null)!
    world.clock.now = new Date(world.clock.now.getTime() + 31 * 86_400_000)
    kit = await world.as('kit@system.example')
    const late = await reverse(merge.id)
    expect(late.statusCode).toBe(422)
    expect(readable(late.body)).toContain('More than 30 days have passed.')
    await expect(
      world.db.updateTable('account_merges').set({ reason: 'Another' }).where('id', '=', merge.id).execute(),
    ).rejects.toThrow('superseded once')
  })

  test('are merged for a program’s administrator, who has both on the roster, when licensing staff confirm', async () => {
    const mai = await personId(world.db, 'mai@northstar.example')
    const { id: earlier } = await world.db
      .insertInto('people')
      .values({ name: 'Mai Vang', email: 'mai.vang@home.example' })
      .returning('id')
      .executeTakeFirstOrThrow()
    await world.db
      .insertInto('assignments')
      .values({
        person_id: earlier,
        program_id: await programId(world.db, 'North Star House'),
        worker_type: 'employee',
        hired_on: '2019-03-04',
        separated_on: '2020-03-04',
      })
      .execute()
    const rae = await world.as('rae@northstar.example')
    expect((await ask(rae, [mai, earlier])).statusCode).toBe(303)
    expect(await confirmAll(rae)).not.toContain(303)
    const state = () =>
      world.db.selectFrom('people').select('merged_into').where('id', '=', earlier).executeTakeFirstOrThrow()
    expect(await state()).toEqual({ merged_into: null })
    lee = await world.as('lee@licensing.example')
    expect(await confirmAll(lee)).toEqual([303])
    expect(await state()).toEqual({ merged_into: mai })
  })

  test('of which one was merged before become one in turn, and are taken apart in turn, each with its single sign-on', async () => {
    const { db } = world
    const mai = await personId(db, 'mai@northstar.example')
    const earlier = await personId(db, 'mai.vang@home.example')
    const { id: latest } = await db
      .insertInto('people')
      .values({ name: 'Mai Vang' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const issuer = 'https://agency.example'
    await db
      .insertInto('sign_in_subjects')
      .values([
        { issuer, subject: 'of mai', person_id: mai, linked_at: world.clock.now },
        { issuer, subject: 'of earlier', person_id: earlier, linked_at: world.clock.now },
      ])
      .execute()
    const accounts = async () => {
      const rows = await db
        .selectFrom('people')
        .select(['id', 'email', 'merged_into', 'other_account_ids'])
        .where('id', 'in', [latest, mai, earlier])
        .orderBy('id')
        .execute()
      const subjects = await db
        .selectFrom('sign_in_subjects')
        .select(['subject', 'person_id'])
        .orderBy('subject')
        .execute()
      return { people: new Map(rows.map(({ id, ...row }) => [id, row])), subjects }
    }
    const apart = await accounts()
    expect((await ask(kit, [latest, mai])).statusCode).toBe(303)
    expect(await confirmAll(lee)).toEqual([303])
    const { people, subjects } = await accounts()
    expect(people.get(latest)).toEqual({
      email: 'mai@northstar.example',
      merged_into: null,
      other_account_ids: [mai, earlier],
    })
    expect([people.get(mai)!.merged_into, people.get(earlier)!.merged_into]).toEqual([latest, latest])
    // Both names at the provider lead to the account that is kept: one moved, the other is read through the merge.
    expect(subjects).toContainEqual({ subject: 'of mai', person_id: latest })
    expect(subjects).toContainEqual({ subject: 'of earlier', person_id: earlier })
    const mergeInto = async (kept: string) =>
      (
        await db
          .selectFrom('account_merges')
          .select('id')
          .where('kept_id', '=', kept)
          .where('superseded_at', 'is', null)
          .executeTakeFirstOrThrow()
      ).id
    const undo = async (id: string) =>
      (await kit.post(`/accounts/${latest}/merges/${id}/reversal`, { reason: 'They are two people' }))
        .statusCode
    const first = await mergeInto(mai)
    // The later merge is reversed first.
    expect(await undo(first)).toBe(404)
    await db
      .insertInto('sessions')
      .values({
        person_id: latest,
        token_hash: 'a'.repeat(64),
        expires_at: world.clock.now,
        absolute_expires_at: world.clock.now,
      })
      .execute()
    expect(await undo(await mergeInto(latest))).toBe(303)
    expect(await accounts()).toEqual(apart)
    expect(
      await db.selectFrom('sessions').select('person_id').where('person_id', '=', latest).execute(),
    ).toEqual([])
    expect(await undo(first)).toBe(303)
    expect((await accounts()).people.get(earlier)).toMatchObject({ merged_into: null, other_account_ids: [] })
  })
})
