import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { confirmAll } from '#test/programs/programs.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

const northStar = (world: World) =>
  world.db
    .selectFrom('program_details')
    .select('program_id')
    .where('license_number', '=', '9900001')
    .executeTakeFirstOrThrow()

describe('an API token', () => {
  const make = async (world: World, days = '365') => {
    const { program_id } = await northStar(world)
    const rae = await world.as('rae@northstar.example')
    const made = await rae.post(`/programs/${program_id}/tokens`, { label: 'Shift planner', days })
    const token = /<code>(sht_[\w-]+)<\/code>/.exec(made.body)?.[1]
    const ask = async () =>
      (await world.app.inject({ url: '/api/clearance', headers: { authorization: `Bearer ${token}` } }))
        .statusCode
    return { ask, made, rae, program_id }
  }

  test('ends after the time chosen, a year at most, and shows when it was last used', async () => {
    const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
    const { ask } = await make(world, '90')
    expect((await make(world, '4000')).made.statusCode).toBe(422)
    expect(await ask()).toBe(200)
    const kit = await world.as('kit@system.example')
    const page = await kit.get('/admin/tokens')
    expect(page.body).toContain('Shift planner')
    expect(page.body).toContain('November 23, 2026')
    expect(page.body).not.toContain('Never')
    world.clock.now = new Date('2027-02-22T18:00:00Z')
    expect(await ask()).toBe(401)
    await expect(
      sql`insert into api_tokens (program_id, token_hash, label, created_by, expires_at)
        select program_id, 'x', label, created_by, now() + interval '2 years' from api_tokens limit 1`.execute(
        world.db,
      ),
    ).rejects.toThrow('check constraint')
  })

  test('ends with its owner’s role, and stays ended when the role is given again', async () => {
    const world = await aWorld()
    const { ask, program_id } = await make(world)
    const kit = await world.as('kit@system.example')
    const person_id = await personId(world.db, 'rae@northstar.example')
    const roles = await rolesOf(world, person_id)
    for (const { id } of roles) await kit.post(`/roles/${id}/end`)
    expect(await ask()).toBe(401)
    expect((await kit.get('/admin/tokens')).body).toContain('ended with its owner’s role')
    await kit.post('/admin/people', {
      name: 'Rae Halvorsen',
      email: 'rae@northstar.example',
      role: 'program_admin',
      where: `program:${program_id}`,
    })
    await confirmAll(await world.as('lee@licensing.example'))
    expect((await rolesOf(world, person_id)).length).toBe(1)
    expect(await ask()).toBe(401)
  })

  test('is ended by a system administrator too; its making and its end are in the ledger', async () => {
    const world = await aWorld()
    const { ask } = await make(world)
    const kit = await world.as('kit@system.example')
    const { id } = await world.db.selectFrom('api_tokens').select('id').executeTakeFirstOrThrow()
    expect((await kit.post(`/admin/tokens/${id}/end`)).statusCode).toBe(303)
    expect(await ask()).toBe(401)
    expect((await kit.post(`/admin/tokens/${id}/end`)).statusCode).toBe(404)
    const kinds = await world.db
      .selectFrom('ledger_entries')
      .select('kind')
      .where('kind', 'like', 'api-token%')
      .execute()
    expect(kinds.map(({ kind }) => kind)).toEqual(['api-token-created', 'api-token-ended'])
  })
})

describe('the ledger’s page', () => {
  test('shows what was done to the installation, and of training only that something was', async () => {
    const world = await aWorld()
    const kit = await world.as('kit@system.example')
    await kit.post('/admin/setup/backups', { where: 'the vault', keeper: 'Lakes IT', restored_on: '' })
    const all = await kit.get('/admin/ledger')
    expect(all.body).toContain('the vault')
    const training = await kit.get('/admin/ledger?kind=course-completed')
    expect(training.body).toContain('Course completed')
    expect(training.body).not.toContain('Details')
    const csv = await kit.get('/admin/ledger.csv?kind=course-completed')
    const facts = await world.db
      .selectFrom('ledger_entries')
      .select('facts')
      .where('kind', '=', 'course-completed')
      .executeTakeFirstOrThrow()
    expect(csv.body).not.toContain(facts.facts.slice(1, 40).replaceAll('"', '""'))
    const odd = await kit.get('/admin/ledger?from=someday')
    expect([odd.statusCode, odd.body.includes('We can’t read')]).toEqual([422, true])
  })

  test('a check run here finds an entry that was rewritten, and the health page says so', async () => {
    const world = await aWorld()
    const kit = await world.as('kit@system.example')
    await kit.post('/admin/ledger/check')
    expect((await kit.get('/admin/ledger')).body).toContain('each as it was written')
    await sql`alter table ledger disable trigger ledger_append_only`.execute(world.db)
    await sql`update ledger set subject = 'person:someone-else' where seq = 2`.execute(world.db)
    await sql`alter table ledger enable trigger ledger_append_only`.execute(world.db)
    await kit.post('/admin/ledger/check')
    expect((await kit.get('/admin/ledger')).body).toContain('Entry 2:')
    expect((await kit.get('/admin')).body).toMatch(/Record ledger<\/strong>.*Needs attention/)
  })
})

test('a system administrator brings license data in, and sees no one’s training there', async () => {
  const world = await aWorld()
  const kit = await world.as('kit@system.example')
  const page = await kit.get('/licensing/registry')
  expect(page.body).toContain('href="/admin/programs"')
  expect(page.body).not.toContain('href="/licensing"')
  expect((await kit.get('/licensing')).statusCode).toBe(404)
})

const rolesOf = ({ db }: World, personId: string) =>
  db
    .selectFrom('roles')
    .select('id')
    .where('person_id', '=', personId)
    .where('role', '=', 'program_admin')
    .where('ended_at', 'is', null)
    .execute()
