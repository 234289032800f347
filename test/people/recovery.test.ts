import { beforeEach, describe, expect, test } from 'vitest'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { sendAccountEmails } from '#test/support/jobs.ts'
import { listTold } from '#test/support/notices.ts'

const ada = 'ada@northstar.example'
const rae = 'rae@northstar.example'
const sam = 'sam@northstar.example'
const password = 'copper teapot under nine maples'

let world: World
let id: string
beforeEach(async () => {
  world = await aWorld()
  id = await personId(world.db, ada)
})

const codeIn = (body: string) => /<code class="paper-code">([a-z0-9-]{19})<\/code>/.exec(body)?.[1] ?? ''

/** Rae, who administers Ada's program, makes a code. */
async function makeCode(form: Record<string, string> = {}): Promise<string> {
  const client = await world.as(rae)
  return codeIn((await client.post(`/accounts/${id}/code`, { reason: 'I know her', ...form })).body)
}

const enter = (code: string, client = world.visitor()) => client.post('/sign-in/code', { email: ada, code })

async function decide(client: Client, what: 'confirmation' | 'refusal') {
  const { id: code } = await world.db
    .selectFrom('paper_codes')
    .select('id')
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow()
  return (await client.post(`/accounts/codes/${code}/${what}`)).statusCode
}

describe('a one-time code on paper', () => {
  test('works once, only after a second person confirmed who has it, and every step is told and recorded', async () => {
    const code = await makeCode()
    expect((await enter(code)).body).toContain('no second person has confirmed yet')
    const supervisor = await world.as(sam)
    expect((await supervisor.get('/accounts/codes')).body).toContain('Ada Lindqvist has the code')
    expect(await decide(supervisor, 'confirmation')).toBe(303)
    const visitor = world.visitor()
    const link = String((await enter(code.toUpperCase().replaceAll('-', ' '), visitor)).headers.location)
    expect(link).toMatch(/^\/link\/[\w-]{27}$/)
    expect((await enter(code)).statusCode).toBe(401)
    expect((await visitor.post(link, { password })).statusCode).toBe(303)
    await visitor.post('/sign-in', { email: ada, password })
    expect((await visitor.get('/')).body).toContain('How you sign in has changed')
    expect((await visitor.get('/notices')).body).toContain('Rae Halvorsen made a one-time code')
    await visitor.post('/notices/reading')
    expect((await visitor.get('/')).body).not.toContain('How you sign in has changed')
    expect(await listTold(world.db, 'sign-in-changed')).toHaveLength(4)
    expect(await listTold(world.db, 'second-confirmation')).toContain(`${sam} second-confirmation`)
    const entries = await world.db
      .selectFrom('ledger_entries')
      .select(['facts', 'actor_id'])
      .where('subject', '=', `person:${id}`)
      .where('kind', '=', 'account-changed')
      .orderBy('turn')
      .execute()
    expect(
      entries.map(({ facts, actor_id }) => [(JSON.parse(facts) as { change: string }).change, actor_id]),
    ).toEqual([
      ['paper-code-made', await personId(world.db, rae)],
      ['paper-code-confirmed', await personId(world.db, sam)],
      ['paper-code-used', id],
      ['password-set', id],
    ])
    expect(JSON.stringify(entries)).not.toContain(code)
  })

  test('is confirmed neither by the one who made it, nor by its owner, nor by another program’s administrator', async () => {
    const code = await makeCode()
    for (const email of [rae, ada, 'olu@lakeside.example', 'lee@licensing.example'])
      expect([email, await decide(await world.as(email), 'confirmation')]).toEqual([email, 404])
    // An administrator with a second account of their own, which they made a supervisor this month.
    await world.db
      .updateTable('roles')
      .set({ granted_by: await personId(world.db, rae), granted_at: world.clock.now })
      .where('person_id', '=', await personId(world.db, sam))
      .execute()
    expect(await decide(await world.as(sam), 'confirmation')).toBe(404)
    expect((await enter(code)).statusCode).toBe(409)
  })

  test('ends after a day, with a newer one, with a refusal and with the account', async () => {
    const supervisor = await world.as(sam)
    const first = await makeCode()
    const second = await makeCode()
    await decide(supervisor, 'confirmation')
    expect((await enter(first)).statusCode).toBe(401)
    world.clock.now = new Date(world.clock.now.getTime() + 24 * 3_600_000)
    expect((await enter(second)).statusCode).toBe(401)
    const third = await makeCode()
    await decide(supervisor, 'refusal')
    expect((await enter(third)).statusCode).toBe(401)
    const fourth = await makeCode()
    await decide(supervisor, 'confirmation')
    const kit = await world.as('kit@system.example')
    await kit.post(`/accounts/${id}/suspension`, { reason: 'Someone else has her phone' })
    await kit.post(`/accounts/${id}/reopening`, { reason: 'Found' })
    expect((await enter(fourth)).statusCode).toBe(401)
  })

  test('removes a lost second factor only where the administrator said so', async () => {
    await world.db
      .insertInto('passkeys')
      .values({
        id: 'lost',
        person_id: id,
        public_key: Buffer.of(1),
        counter: 0,
        transports: [],
        name: 'Phone',
      })
      .execute()
    const left = () => world.db.selectFrom('passkeys').select('id').execute()
    for (const [lost, count] of [
      ['password', 1],
      ['both', 0],
    ] as const) {
      const code = await makeCode({ lost })
      await decide(await world.as(sam), 'confirmation')
      await enter(code)
      expect([lost, (await left()).length]).toEqual([lost, count])
    }
  })

  test('is guessed at no faster than passwords are from one address', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => enter('aaaa-bbbb-cccc-dddd', world.visitor('10.9.8.7'))),
    )
    expect(answers.filter(({ statusCode }) => statusCode === 401).length).toBeLessThanOrEqual(15)
    expect(answers.filter(({ statusCode }) => statusCode === 429).length).toBeGreaterThanOrEqual(25)
  })
})

test('an account gets at most three mails with a link an hour, however many administrators send them', async () => {
  const sent: { to: string }[] = []
  world = await aWorld({ mail: async (message) => void sent.push(message) })
  id = await personId(world.db, ada)
  const client = await world.as(rae)
  const { program_id } = await world.db
    .selectFrom('assignments')
    .select('program_id')
    .where('person_id', '=', id)
    .executeTakeFirstOrThrow()
  for (let n = 0; n < 6; n++) await client.post(`/programs/${program_id}/roster/${id}/link`)
  await world.visitor().post('/forgot-password', { email: ada })
  await sendAccountEmails(world)
  expect(sent.filter(({ to }) => to === ada)).toHaveLength(3)
})
