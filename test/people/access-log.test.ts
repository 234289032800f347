import { sql } from 'kysely'
import { generate } from 'otplib'
import { beforeAll, describe, expect, test } from 'vitest'
import { demoPassword } from '#server/demo/cast.ts'
import type { Role } from '#server/people/roles.ts'
import { sweepSignInLog } from '#server/people/sign-in/sign-in-log.actions.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { asTheService } from '#test/support/db.ts'
import { addressOf, idFor, twoHouses } from '#test/support/full-house.ts'

const cast: Readonly<Record<Role, string>> = {
  supervisor: 'sam@northstar.example',
  trainer: 'rae@northstar.example',
  program_admin: 'rae@northstar.example',
  licensing: 'lee@licensing.example',
  reviewer: 'noor@review.example',
  system_admin: 'kit@system.example',
}
const [learner, ada] = ['mai@northstar.example', 'ada@northstar.example']

let world: World
beforeAll(async () => {
  world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
})

const clients = new Map<string, Client>()
async function clientOf(email: string): Promise<Client> {
  const known = clients.get(email) ?? (await world.as(email))
  clients.set(email, known)
  return known
}

const lastEntry = async () =>
  Number((await sql<{ n: number }>`select coalesce(max(seq), 0) n from ledger`.execute(world.db)).rows[0]!.n)

const entriesAfter = async (seq: number) =>
  (
    await world.db
      .selectFrom('ledger')
      .select(['kind', 'facts'])
      .where('seq', '>', seq)
      .orderBy('seq')
      .execute()
  ).map(({ kind, facts }) => `${kind} ${(JSON.parse(facts) as { change?: string }).change ?? ''}`.trim())

describe('downloads', () => {
  /** Files that take no one else's record out of the service. */
  const withoutEntry = {
    '/admin/people/template.csv': 'empty',
    '/admin/programs/template.csv': 'empty',
    '/programs/roster-template.csv': 'empty',
    '/programs/past-trainings-template.csv': 'empty',
    '/licensing/registry/template.csv': 'programs alone, to fill in',
    '/calendar/due-dates.ics': 'one’s own',
    '/certificates/:number.json': 'one’s own',
    '/certificates/:number.pdf': 'one’s own',
    '/courses/:course/modules/:module/facilitator-guide.pdf': 'names no one',
    '/review/approvals/:approval/document': 'names no one',
    '/training/elsewhere/:id/file': 'one’s own, or opened to decide about it',
    '/program-trainings/:training/file': 'one’s own, or in the log of who looked',
    '/program-submissions/:submission/file': 'one’s own, or in the log of who looked',
  }

  test('each file that leaves the service with records of others is in the ledger, whatever its format', async () => {
    const { own } = await twoHouses(world)
    const silent: string[] = []
    const recorded: string[] = []
    for (const { method, url, policy } of world.routes) {
      if (method !== 'GET' || policy === 'public') continue
      const client = await clientOf(policy === 'signed-in' ? learner : cast[policy[0] as Role])
      const before = await lastEntry()
      const answer = await client.get(addressOf(url, (name) => idFor(own, name)))
      if (!String(answer.headers['content-disposition'] ?? '').startsWith('attachment')) continue
      expect(answer.statusCode, url).toBe(200)
      ;((await lastEntry()) > before ? recorded : silent).push(url)
    }
    expect(silent.filter((url) => !(url in withoutEntry))).toEqual([])
    expect(recorded).toEqual(
      expect.arrayContaining([
        ...[
          '/account/data.json',
          '/admin/ledger.csv',
          '/licensing/overview.csv',
          '/programs/:program/roster.csv',
        ],
        ...[
          '/programs/:program/clearance.csv',
          '/programs/:program/clearance.xlsx',
          '/team.csv',
          '/team.xlsx',
        ],
      ]),
    )
  })
})

describe('accounts', () => {
  const appCode = async (client: Client) => {
    const page = await client.get('/account/second-factor/authenticator')
    const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.body)![1]!.replaceAll(' ', '')
    return generate({ secret, epoch: Math.floor(world.clock.now.getTime() / 1000) })
  }
  const changes: readonly [
    what: string,
    by: string,
    send: (client: Client, ids: Readonly<{ ada: string; program: string }>) => ReturnType<Client['get']>,
    entries: readonly string[],
  ][] = [
    [
      'a name',
      ada,
      (c) => c.post('/account/name', { name: 'Ada Holm', pronunciation: '' }),
      ['account-changed name'],
    ],
    [
      'a record made confidential',
      ada,
      (c) => c.post('/account/confidentiality', { confidential: 'yes' }),
      ['account-changed confidentiality'],
    ],
    [
      'a record no longer confidential',
      ada,
      (c) => c.post('/account/confidentiality'),
      ['account-changed confidentiality'],
    ],
    [
      'an authenticator app',
      ada,
      async (c) => c.post('/account/second-factor/authenticator', { code: await appCode(c) }),
      ['account-changed authenticator-added'],
    ],
    [
      'new recovery codes',
      ada,
      (c) => c.post('/account/second-factor/recovery-codes'),
      ['account-changed recovery-codes-made'],
    ],
    [
      'an authenticator app removed',
      ada,
      (c) => c.post('/account/second-factor/removal'),
      ['account-changed authenticator-removed'],
    ],
    [
      'a password',
      ada,
      (c) => c.post('/account/password', { new_password: 'plum-lantern-orbit-quiet-53' }),
      ['account-changed password'],
    ],
    [
      'a suspension',
      cast.system_admin,
      (c, ids) => c.post(`/accounts/${ids.ada}/suspension`, { reason: 'Left' }),
      ['account-changed suspension'],
    ],
    [
      'a reopening',
      cast.system_admin,
      (c, ids) => c.post(`/accounts/${ids.ada}/reopening`, { reason: 'Back' }),
      ['account-changed reopening'],
    ],
    [
      'a role',
      cast.program_admin,
      (c, ids) =>
        c.post(`/programs/${ids.program}/roles`, { email: ada, name: 'Ada Holm', role: 'supervisor' }),
      ['role-granted'],
    ],
    [
      'an API token',
      cast.program_admin,
      (c, ids) => c.post(`/programs/${ids.program}/tokens`, { label: 'Scheduler' }),
      ['api-token-created'],
    ],
  ]

  test.each(changes)('%s is in the ledger', async (_, by, send, entries) => {
    const ids = { ada: await personId(world.db, ada), program: await programId(world.db, 'North Star House') }
    const client = await clientOf(by)
    const before = await lastEntry()
    const answer = await send(client, ids)
    expect([answer.statusCode < 400, ...(await entriesAfter(before))], answer.body).toEqual([
      true,
      ...entries,
    ])
  })
})

describe('sign-ins', () => {
  const olu = 'olu@lakeside.example'
  const signInsOf = async (email: string) =>
    world.db
      .selectFrom('sign_ins')
      .select(['how', 'is_accepted', 'address'])
      .where('person_id', '=', await personId(world.db, email))
      .orderBy('id', 'desc')
      .execute()

  test('are written down with time, address and way, and so are refused ones', async () => {
    const browser = world.visitor('203.0.113.9')
    await browser.post('/sign-in', { email: olu, password: 'not the right one' })
    await browser.post('/sign-in', { email: olu, password: demoPassword })
    expect((await signInsOf(olu)).slice(0, 2)).toEqual([
      { how: 'password', is_accepted: true, address: '203.0.113.9' },
      { how: 'password', is_accepted: false, address: '203.0.113.9' },
    ])
    const page = await browser.get('/account/sign-ins')
    expect(page.body).toContain('203.0.113.9')
    expect(page.body).toContain('Refused')
  })

  test('are shown to their owner and to system administrators, and to no one else', async () => {
    const mai = await personId(world.db, learner)
    await world.visitor('203.0.113.77').post('/sign-in', { email: learner, password: demoPassword })
    expect((await (await world.as(cast.system_admin)).get(`/accounts/${mai}`)).body).toContain('203.0.113.77')
    const administrators = await (await world.as(cast.program_admin)).get(`/accounts/${mai}`)
    expect(administrators.statusCode).toBe(200)
    expect(administrators.body).not.toContain('203.0.113.77')
  })

  test('are kept for 180 days, in which neither the service nor the owner of the database changes them', async () => {
    const service = await asTheService()
    const person_id = await personId(world.db, learner)
    const old = sql<Date>`now() - interval '181 days'`
    const row = { person_id, how: 'passkey', is_accepted: true, address: '203.0.113.1', device: 'Old phone' }
    await world.db
      .insertInto('sign_ins')
      .values({ ...row, at: old })
      .execute()
    for (const db of [service, world.db]) {
      await expect(db.deleteFrom('sign_ins').where('device', '<>', 'Old phone').execute()).rejects.toThrow()
      await expect(db.updateTable('sign_ins').set({ address: '' }).execute()).rejects.toThrow()
    }
    await sweepSignInLog(service)
    const left = await world.db
      .selectFrom('sign_ins')
      .select('device')
      .where('device', '=', 'Old phone')
      .execute()
    expect(left).toEqual([])
  })

  test('with a token are written down once for each day and address', async () => {
    const rae = await world.as(cast.program_admin)
    const program = await programId(world.db, 'North Star House')
    const made = await rae.post(`/programs/${program}/tokens`, { label: 'Shift planner' })
    const token =
      /sht_[A-Za-z0-9_-]+/.exec(made.body)?.[0] ?? /<code[^>]*>([^<]{20,})<\/code>/.exec(made.body)![1]!
    for (const address of ['203.0.113.20', '203.0.113.20', '203.0.113.21'])
      expect(
        (await world.visitor(address).get('/api/clearance', { authorization: `Bearer ${token}` })).statusCode,
      ).toBe(200)
    const uses = await world.db.selectFrom('token_uses').select('address').orderBy('id').execute()
    expect(uses.map(({ address }) => address)).toEqual(['203.0.113.20', '203.0.113.21'])
  })
})
