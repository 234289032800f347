import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { addDays, addMonths, dayOf } from '#server/lib/days.ts'
import { listTeam } from '#server/oversight/queries.ts'
import { counts, filtered, groups, isIn } from '#server/oversight/team.ts'
import { teamAsOf } from '#server/oversight/team-as-of.ts'
import { rosterOn } from '#server/programs/roster.queries.ts'
import { factsOfPeople, refreshStandings } from '#server/requirements/actions.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

async function programId({ db }: World, name: string): Promise<string> {
  const { program_id } = await db
    .selectFrom('program_details')
    .select('program_id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return program_id
}

/** A drawn team: people hired, in contact, on leave, trained long ago or lately, or not at all. */
async function drawTeam(
  { db, clock, catalogue }: World,
  program: string,
  size: number,
  seed: number,
): Promise<void> {
  const today = dayOf(clock.now)
  let state = seed
  const draw = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state % below
  }
  const { minutes } = catalogue.courses.get('residential-settings')!.current
  const text = await db
    .selectFrom('course_approvals')
    .select(['course', 'version', 'content_hash'])
    .executeTakeFirstOrThrow()
  const people = Array.from({ length: size }, (_, n) => ({
    id: crypto.randomUUID(),
    name: `Person ${seed}-${n}`,
    email: `p${seed}-${n}@drawn.example`,
  }))
  const work = people.map(({ id }) => ({
    assignment_id: crypto.randomUUID(),
    person_id: id,
    program_id: program,
    worker_type: 'employee',
    hired_on: addMonths(today, -draw(48)),
  }))
  const contact = work
    .filter(() => draw(4) > 0)
    .map(({ assignment_id, hired_on }) => ({ assignment_id, from_on: addDays(hired_on, draw(60)) }))
  const leave = work
    .filter(() => draw(6) === 0)
    .map(({ assignment_id }) => ({
      assignment_id,
      from_on: addDays(today, -40 + draw(30)),
      to_on: addDays(today, draw(40) - 5),
    }))
  const completions = people.flatMap(({ id }) =>
    Array.from({ length: draw(4) }, () => {
      const completed_on = addDays(today, -draw(900))
      const at = new Date(`${completed_on}T21:00:00Z`)
      return { enrollment_id: crypto.randomUUID(), person_id: id, ...text, completed_at: at, completed_on }
    }),
  )
  await db.transaction().execute(async (trx) => {
    await trx.insertInto('people').values(people).execute()
    await trx.insertInto('assignments').values(work).execute()
    if (contact.length > 0) await trx.insertInto('contact_spells').values(contact).execute()
    if (leave.length > 0) await trx.insertInto('leave_spells').values(leave).execute()
    for (let from = 0; from < completions.length; from += 1000) {
      const some = completions.slice(from, from + 1000)
      await trx
        .insertInto('enrollments')
        .values(
          some.map((one) => ({
            id: one.enrollment_id,
            person_id: one.person_id,
            ...text,
            ended_at: one.completed_at,
          })),
        )
        .execute()
      await trx
        .insertInto('completions')
        .values(some.map((one) => ({ ...one, modules: '[]', minutes })))
        .execute()
    }
    await refreshStandings(
      trx,
      people.map(({ id }) => id),
      today,
    )
  })
}

describe("the supervisor's numbers", () => {
  test('equal the rows behind them, on the page and in the export, for drawn teams', async () => {
    const world = await aWorld()
    const program = await programId(world, 'North Star House')
    await drawTeam(world, program, 60, 7)
    const today = dayOf(world.clock.now)
    const rows = await listTeam(world.db, [program], today)
    const numbers = counts(rows, today)
    const sam = await world.as('sam@northstar.example')
    const page = await sam.get('/team')
    for (const group of groups) {
      const behind = filtered(rows, { group, search: '', sort: 'name', page: 1 }, today)
      expect([group, behind.length]).toEqual([group, numbers[group]])
      const csv = (await sam.get(`/team.csv?show=${group}`)).body.trim().split('\r\n').slice(1)
      expect([group, csv.length]).toEqual([group, numbers[group]])
      if (group !== 'unknown' || numbers.unknown > 0)
        expect(page.body).toMatch(
          new RegExp(`show=${group}"[^>]*><span class="figure-number">${numbers[group]}</span>`),
        )
    }
    // Nobody is both cleared and not.
    expect(rows.filter((row) => isIn('cleared', row, today) && isIn('not-cleared', row, today))).toEqual([])
  })

  test('and what is stored is what the rules compute, for every drawn person', async () => {
    const world = await aWorld()
    const program = await programId(world, 'North Star House')
    await drawTeam(world, program, 1500, 11)
    const today = dayOf(world.clock.now)
    const roster = await rosterOn(world.db, [program], today)
    const { facts } = await factsOfPeople(
      world.db,
      roster.people.map(({ person_id }) => person_id),
      today,
    )
    const verdicts = ({
      person_id,
      clearance,
      until_on,
      contact,
      is_on_leave,
      standings,
    }: Awaited<ReturnType<typeof listTeam>>[number]) => ({
      person_id,
      clearance,
      until_on,
      contact,
      is_on_leave,
      standings: [...standings]
        .map(({ requirement, standing, due_on, satisfied_on, late_days }) => ({
          requirement,
          standing,
          due_on,
          satisfied_on,
          late_days,
        }))
        .sort((a, b) => a.requirement.localeCompare(b.requirement)),
    })
    const byId = (a: { person_id: string }, b: { person_id: string }) =>
      a.person_id.localeCompare(b.person_id)
    const stored = (await listTeam(world.db, [program], today)).map(verdicts).sort(byId)
    const computed = teamAsOf(roster, facts, today).map(verdicts).sort(byId)
    expect(stored).toEqual(computed)
    expect(stored.length).toBeGreaterThan(1500)
  })

  test('a page over a thousand people takes three statements, with the session', async () => {
    const world = await aWorld()
    const program = await programId(world, 'North Star House')
    await sql`
      with drawn as (insert into people (name, email) select 'Drawn ' || n, 'n' || n || '@drawn.example' from generate_series(1, 1000) n returning id)
      insert into assignments (person_id, program_id, worker_type, hired_on) select id, ${program}, 'employee', '2024-01-01' from drawn`.execute(
      world.db,
    )
    const sam = await world.as('sam@northstar.example')
    const statements: string[] = []
    const pool = world.db.getExecutor()
    const original = pool.executeQuery.bind(pool)
    pool.executeQuery = (async (query: { sql: string }, ...rest: unknown[]) => {
      statements.push(query.sql)
      return original(query as never, ...(rest as []))
    }) as typeof pool.executeQuery
    try {
      const page = await sam.get('/team')
      expect(page.body).toContain('1003 people')
    } finally {
      pool.executeQuery = original
    }
    const reads = statements.filter((text) => !/from sessions/.test(text))
    expect(reads.length).toBeLessThanOrEqual(3)
  })
})

describe('another program', () => {
  test('changes nothing on any page of a supervisor who has no part in it, byte for byte', async () => {
    const addresses = [
      '/team',
      '/team?search=mai',
      '/team?show=overdue',
      '/team.csv',
      '/clearance',
      '/team?program=00000000-0000-0000-0000-000000000000',
      '/team?on=1/15/2026&known=then',
    ]
    const look = async (extra: boolean) => {
      const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
      if (extra) await drawTeam(world, await programId(world, 'North Star House'), 12, 3)
      const olu = await world.as('olu@lakeside.example')
      const north = await programId(world, 'North Star House')
      const mai = await personId(world.db, 'mai@northstar.example')
      const lakeside = await programId(world, 'Lakeside Home')
      const ivy = await personId(world.db, 'ivy@lakeside.example')
      const pages = [
        ...addresses,
        `/team/${mai}`,
        `/team?program=${north}`,
        `/programs/${north}/clearance`,
        `/programs/${lakeside}/clearance`,
        `/team/${ivy}`,
      ]
      // Ids and certificate numbers are drawn anew in each world.
      const plain = (body: string) =>
        body.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id').replaceAll(/SH-\d{6}/g, 'SH')
      return Promise.all(
        pages.map(async (url) => {
          const { statusCode, body } = await olu.get(url)
          return { url: plain(url), statusCode, body: plain(body) }
        }),
      )
    }
    const without = await look(false)
    const withThem = await look(true)
    expect(withThem).toEqual(without)
    for (const { body } of without)
      for (const hidden of ['Mai Vang', 'Theo', 'North Star']) expect(body).not.toContain(hidden)
  })

  test('a learner or a visitor has no team page', async () => {
    const { as, visitor } = await aWorld()
    expect((await (await as('ada@northstar.example')).get('/team')).statusCode).toBe(404)
    expect((await visitor().get('/team')).statusCode).toBe(303)
  })
})

describe('as of a past day', () => {
  test('the page shows what was true then, and as was known then leaves out what was recorded later', async () => {
    const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
    const sam = await world.as('sam@northstar.example')
    // Theo's training was completed in September 2025 and due again by September 30, 2026.
    const before = await sam.get('/team.csv?on=9/30/2026&show=overdue')
    expect(before.body).not.toContain('Theo')
    const after = await sam.get('/team.csv?on=10/1/2026&show=overdue')
    expect(after.body).toContain('Theo')
    // The demonstration was put on record today: on that day nothing of it was known.
    await sql`update assignments set recorded_at = '2026-11-23'`.execute(world.db)
    const then = await sam.get('/team.csv?on=10/1/2026&known=then')
    expect(then.body.trim().split('\r\n')).toHaveLength(1)
  })
})
