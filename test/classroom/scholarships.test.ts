import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { scholarshipTraining } from '#server/classroom/scholarships/scholarship.ts'
import { programId, readable } from '#test/programs/programs.ts'
import { aWorld, type Client } from '#test/support/app.ts'
import { listTold } from '#test/support/notices.ts'

const sam = 'sam@northstar.example'
const kit = 'kit@system.example'

// Setup reads the courses and builds the assets, which takes longer than the tests.
beforeAll(async () => {
  await aWorld()
})

async function aRequest() {
  const world = await aWorld({ now: new Date('2026-10-06T15:00:00Z') })
  const program = await programId(world.db, 'North Star House')
  const [requester, administrator] = [await world.as(sam), await world.as(kit)]
  const answer = await requester.post('/scholarships', {
    program,
    trainee: 'Mai Vang',
    why: 'Two groups this winter.',
    contact: sam,
  })
  expect(answer.statusCode).toBe(303)
  return { ...world, program, requester, administrator, address: String(answer.headers.location) }
}

const pageOf = async (client: Client, address: string) => readable((await client.get(address)).body)
const step = (client: Client, address: string, step: string, words = '') =>
  client.post(`${address}/steps`, { step, words })

test('the form is filled in and says who decides about scholarships and where to ask', async () => {
  const world = await aWorld()
  const sams = await world.as(sam)
  expect((await sams.get(`/courses/elsewhere/${scholarshipTraining}`)).body).toContain(
    'href="/scholarships/new"',
  )
  const { body } = await sams.get('/scholarships/new')
  const page = readable(body)
  expect(page).toContain('Not a Number facilitator training')
  expect(page).toContain('has offered scholarships and decides who gets one')
  const contact = world.catalogue.elsewhere.find(({ id }) => id === 'not-a-number')!.contact
  expect(body).toContain(`href="mailto:${contact}"`)
  expect(body).toContain('value="Sam Reyes"')
  expect(body).toContain(`value="${sam}"`)
  expect(page).toContain('North Star House')
  const gaps = await sams.post('/scholarships', { trainee: 'Mai Vang', why: ' ' })
  expect(gaps.statusCode).toBe(422)
  for (const message of [
    'Choose a program.',
    'Enter a reason in a few sentences.',
    'Enter an email or phone number.',
  ])
    expect(readable(gaps.body)).toContain(message)
  expect(gaps.body).toContain('value="Mai Vang"')
  // Someone who works at no program must ask the state directly.
  expect(await pageOf(await world.as('noor@review.example'), '/scholarships/new')).toContain(
    'our records don’t show you working at one',
  )
})

test('an administrator gets the request, asks for more and grants it, and each step shows who, when and what', async () => {
  const { address, requester, administrator, db } = await aRequest()
  expect(await listTold(db, 'request-arrived')).toEqual([`${kit} request-arrived`])
  expect(await pageOf(administrator, '/scholarships')).toContain('requested by Sam Reyes')
  const silent = await step(administrator, address, 'asked')
  expect(silent.statusCode).toBe(422)
  expect(readable(silent.body)).toContain('Enter what you need to know.')
  await step(administrator, address, 'asked', 'How many young people?')
  expect(await pageOf(requester, address)).toMatch(
    /More information needed.*Kit Dawson asked for more information: How many young people\?/,
  )
  await step(requester, address, 'answered', 'About twelve.')
  await step(administrator, address, 'granted', 'The state said yes on the phone.')
  const page = await pageOf(requester, address)
  expect(page).toMatch(
    /Granted.*Sam Reyes sent the request\..*How many young people\?.*Sam Reyes added: About twelve\..*Kit Dawson recorded it as granted: The state said yes on the phone\./,
  )
  // The request has ended and takes no more steps.
  for (const [client, act] of [
    [requester, 'withdrawn'],
    [administrator, 'declined'],
  ] as const)
    expect((await step(client, address, act, 'No.')).statusCode).toBe(422)
  expect(await listTold(db, 'request-answered')).toEqual([
    `${kit} request-answered`,
    `${sam} request-answered`,
    `${sam} request-answered`,
  ])
  for (const table of ['scholarship_steps', 'scholarship_requests'])
    await expect(sql`delete from ${sql.table(table)}`.execute(db)).rejects.toThrow('append-only')
})

test('a decline needs a reason; of two answers at once one counts; no one can decide on a withdrawn request', async () => {
  const { address, requester, administrator } = await aRequest()
  expect(readable((await step(administrator, address, 'declined')).body)).toContain(
    'Enter a reason, so that the program knows what to do instead.',
  )
  const answers = await Promise.all([
    step(requester, address, 'withdrawn'),
    step(administrator, address, 'declined', 'None are open now.'),
  ])
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([303, 422])
})

test('no one else sees a request, and no one decides on their own', async () => {
  const { as, address, requester, administrator, program, db } = await aRequest()
  for (const other of ['olu@lakeside.example', 'rae@northstar.example', 'mai@northstar.example']) {
    const client = await as(other)
    expect((await client.get(address)).statusCode).toBe(404)
    expect((await step(client, address, 'granted')).statusCode).toBe(404)
    expect(await pageOf(client, '/scholarships')).not.toContain('requested by Sam Reyes')
  }
  expect((await step(requester, address, 'granted')).statusCode).toBe(422)
  // Olu can only request for her own program.
  const foreign = await (await as('olu@lakeside.example')).post('/scholarships', {
    program,
    trainee: 'Olu',
    why: 'x',
    contact: 'x',
  })
  expect(readable(foreign.body)).toContain('Choose a program.')
  await db
    .insertInto('roles')
    .values({
      role: 'supervisor',
      program_id: program,
      person_id: (
        await db.selectFrom('people').select('id').where('email', '=', kit).executeTakeFirstOrThrow()
      ).id,
    })
    .execute()
  const own = await administrator.post('/scholarships', { program, trainee: 'Kit', why: 'x', contact: 'x' })
  const refused = await step(administrator, String(own.headers.location), 'granted')
  expect(readable(refused.body)).toContain('Someone has changed this request. Nothing was saved.')
})
