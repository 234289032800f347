import { beforeEach, describe, expect, test } from 'vitest'
import { dayOf } from '#server/lib/days.ts'
import type { Message } from '#server/lib/mail.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { sendAccountEmails } from '#test/support/jobs.ts'
import { programId, readable } from './programs.ts'

const recently = dayOf(new Date())

let world: World
let rae: Client
let program: string

const enter = async (options: Parameters<typeof aWorld>[0] = {}) => {
  world = await aWorld(options)
  rae = await world.as('rae@northstar.example')
  program = await programId(world.db, 'North Star House')
}
const rolesOf = async (email: string) =>
  world.db
    .selectFrom('roles')
    .select(['id', 'role', 'program_id', 'ended_at'])
    .where('person_id', '=', await personId(world.db, email))
    .orderBy('granted_at')
    .execute()

describe('a program administrator', () => {
  beforeEach(() => enter())

  test('doesn’t learn whether an email has an account elsewhere; its owner accepts the role', async () => {
    const give = (email: string, name: string) =>
      rae.post(`/programs/${program}/roles`, { name, email, role: 'supervisor' })
    const elsewhere = await give('olu@lakeside.example', 'Someone New')
    const nowhere = await give('nowhere@lakeside.example', 'Someone New')
    for (const { statusCode, headers } of [elsewhere, nowhere])
      expect([statusCode, headers.location]).toEqual([303, `/programs/${program}/roles?done=granted`])
    const page = readable((await rae.get(`/programs/${program}/roles`)).body)
    for (const name of ['olu', 'nowhere'])
      expect(page).toContain(`Someone New Supervisor ${name}@lakeside.example; since`)
    const olu = await world.as('olu@lakeside.example')
    expect((await olu.get(`/programs/${program}/roster`)).statusCode).toBe(404)
    const asked = (await olu.get('/account/record')).body
    expect(readable(asked)).toContain('North Star House wants to give you a role: supervisor.')
    const [accept] = /\/account\/record\/requests\/[0-9a-f-]{36}\/agreement/.exec(asked)!
    await olu.post(accept)
    expect((await olu.get(`/programs/${program}/roster`)).statusCode).toBe(200)
    expect(readable((await rae.get('/notices')).body)).toContain(
      'Olu Adeyemi accepted a role: supervisor at North Star House.',
    )
    expect(await world.db.selectFrom('record_shares').select('id').execute()).toEqual([])
  })

  test('gives and ends roles in the program, with a ledger entry for each', async () => {
    const form = (await rae.get(`/programs/${program}/roles`)).body.split('<main')[1]!
    const asked = [...form.matchAll(/ name="(\w+)"/g)].map(([, name]) => name)
    expect([...new Set(asked)].filter((name) => name !== 'form_key')).toEqual(['name', 'email', 'role'])
    const given = await rae.post(`/programs/${program}/roles`, {
      name: 'Mai Vang',
      email: 'mai@northstar.example',
      role: 'supervisor',
    })
    expect(given.statusCode).toBe(303)
    const [role] = await rolesOf('mai@northstar.example')
    expect(role).toMatchObject({ role: 'supervisor', program_id: program, ended_at: null })
    const mai = await world.as('mai@northstar.example')
    expect((await mai.get(`/programs/${program}/roster`)).statusCode).toBe(200)
    const question = await rae.get(`/roles/${role!.id}/end`)
    expect(readable(question.body)).toContain('End the role of Mai Vang?')
    await rae.post(`/roles/${role!.id}/end`)
    expect((await mai.get(`/programs/${program}/roster`)).statusCode).toBe(404)
    const kinds = await world.db
      .selectFrom('ledger_entries')
      .select('kind')
      .where('kind', 'like', 'role-%')
      .orderBy('turn')
      .execute()
    expect(kinds.map(({ kind }) => kind)).toEqual(['role-granted', 'role-ended'])
    expect(readable((await mai.get('/notices')).body)).toContain(
      'Rae Halvorsen ended your role: supervisor at North Star House.',
    )
    await rae.post(`/roles/${role!.id}/undo`)
    expect((await mai.get(`/programs/${program}/roster`)).statusCode).toBe(200)
    const back = (await rolesOf('mai@northstar.example')).at(-1)!
    world.clock.now = new Date(world.clock.now.getTime() + 61 * 60_000)
    const late = await rae.post(`/roles/${back.id}/undo`)
    expect([late.statusCode, readable(late.body).includes('More than an hour has passed.')]).toEqual([
      409,
      true,
    ])
  })

  test('invites a new person as a supervisor, and can’t give a role above their own', async () => {
    const form = { name: 'Nell Ames', email: 'nell@northstar.example' }
    for (const role of ['licensing', 'reviewer', 'system_admin', 'constructor', '']) {
      const answer = await rae.post(`/programs/${program}/roles`, { ...form, role })
      expect([role, answer.statusCode]).toEqual([role, 422])
    }
    expect((await rae.post(`/programs/${program}/roles`, { ...form, role: 'supervisor' })).statusCode).toBe(
      303,
    )
    expect(readable((await rae.get(`/programs/${program}/links`)).body)).toContain('Nell Ames')
  })

  test('can’t give themselves a role or end their own', async () => {
    const given = await rae.post(`/programs/${program}/roles`, {
      name: 'Rae Halvorsen',
      email: 'rae@northstar.example',
      role: 'supervisor',
    })
    expect(given.statusCode).toBe(409)
    expect(given.body).toContain('You can’t give yourself a role.')
    const [own] = await rolesOf('rae@northstar.example')
    const ended = await rae.post(`/roles/${own!.id}/end`)
    expect(ended.statusCode).toBe(409)
    expect((await rolesOf('rae@northstar.example'))[0]?.ended_at).toBeNull()
  })

  test('sees an error when the person already has the role or has a different name', async () => {
    const sam = { email: 'sam@northstar.example', role: 'supervisor' }
    const twice = await rae.post(`/programs/${program}/roles`, { ...sam, name: 'Sam Reyes' })
    expect(twice.body).toContain('already has this role here')
    const other = await rae.post(`/programs/${program}/roles`, { ...sam, name: 'Samuel' })
    expect(other.body).toContain('with a different name')
  })
})

describe('a link to set a password', () => {
  const made = () =>
    world.db.selectFrom('invitations').select(['purpose', 'used_at']).orderBy('created_at').execute()

  test('is shown once if email is not set up, works once, and ends earlier links', async () => {
    await enter()
    const mai = await personId(world.db, 'mai@northstar.example')
    await world.db.updateTable('people').set({ password_hash: null }).where('id', '=', mai).execute()
    const address = `/programs/${program}/roster/${mai}/link`
    const link = async () =>
      /http:\/\/127\.0\.0\.1:3000(\/link\/[\w-]{27})/.exec((await rae.post(address)).body)?.[1] ?? ''
    const first = await link()
    const second = await link()
    const visitor = world.visitor()
    expect((await visitor.get(first)).statusCode).toBe(410)
    const form = { password: 'four plain words here' }
    expect((await visitor.post(second, form)).statusCode).toBe(303)
    expect((await visitor.post(second, form)).statusCode).toBe(410)
    expect((await rae.get(`/team/${mai}`)).body).not.toContain('/link/')
    expect((await made()).map(({ purpose }) => purpose)).toEqual(['invite', 'invite'])
  })

  test('is never shown to an administrator for an account of someone who works or acts elsewhere', async () => {
    await enter()
    const roster = `/programs/${program}/roster`
    for (const [name, email] of [
      ['Kit Dawson', 'kit@system.example'],
      ['Lee Marston', 'lee@licensing.example'],
      ['Olu Adeyemi', 'olu@lakeside.example'],
      ['Ivy Sorensen', 'ivy@lakeside.example'],
    ] as const) {
      await rae.post(roster, { name, email, worker_type: 'employee', hired_on: recently })
      const answer = await rae.post(`${roster}/${await personId(world.db, email)}/link`)
      expect([email, answer.statusCode]).toEqual([email, 404])
      const links = await world.db
        .selectFrom('invitations')
        .select('id')
        .where('person_id', '=', await personId(world.db, email))
        .execute()
      expect(links).toEqual([])
    }
    const own = await personId(world.db, 'rae@northstar.example')
    expect((await rae.post(`${roster}/${own}/link`)).statusCode).toBe(409)
  })

  test('is emailed if email is set up, with a subject that names no program', async () => {
    const sent: Message[] = []
    await enter({ mail: async (message) => void sent.push(message) })
    const answer = await rae.post(`/programs/${program}/roster`, {
      name: 'Lena Fox',
      email: 'lena@northstar.example',
      worker_type: 'employee',
      hired_on: recently,
    })
    expect(answer.statusCode).toBe(303)
    expect(readable((await rae.follow(answer)).body)).toContain(
      'We emailed the person a link to set a password.',
    )
    await sendAccountEmails(world)
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({ to: 'lena@northstar.example', subject: 'Set your password' })
    expect(sent[0]!.text).not.toMatch(/North Star|Harbor|exploit/i)
    const link = /(\/link\/[\w-]{27})/.exec(sent[0]!.text)?.[1]
    expect((await world.visitor().get(link!)).statusCode).toBe(200)
  })

  test('is shown if the address refuses email, but never for an account that has a password', async () => {
    await enter({ mail: async () => {} })
    const mai = await personId(world.db, 'mai@northstar.example')
    await world.db
      .insertInto('stopped_addresses')
      .values({ email: 'mai@northstar.example', answer: '550 No such user', stopped_at: new Date() })
      .execute()
    const ask = () => rae.post(`/programs/${program}/roster/${mai}/link`)
    const known = await ask()
    expect(known.statusCode).toBe(409)
    expect(known.body).not.toMatch(/\/link\/[\w-]{27}/)
    await world.db.updateTable('people').set({ password_hash: null }).where('id', '=', mai).execute()
    const invited = await ask()
    expect(invited.statusCode).toBe(200)
    expect(invited.body).toMatch(/\/link\/[\w-]{27}/)
  })

  test('can be made for many people at once', async () => {
    await enter()
    for (const n of [1, 2, 3])
      await world.db
        .insertInto('people')
        .values({ name: `Person ${n}`, email: `p${n}@northstar.example` })
        .returning('id')
        .executeTakeFirstOrThrow()
        .then(({ id }) =>
          world.db
            .insertInto('assignments')
            .values({ person_id: id, program_id: program, worker_type: 'employee', hired_on: '2025-01-02' })
            .execute(),
        )
    const list = await rae.get(`/programs/${program}/links`)
    const people = [...list.body.matchAll(/name="person" value="([^"]+)" checked/g)].map(([, id]) => id!)
    expect(people).toHaveLength(3)
    const answer = await rae.post(`/programs/${program}/links`, { person: people })
    expect(answer.body.match(/\/link\/[\w-]{27}/g)).toHaveLength(3)
    const entries = await world.db
      .selectFrom('ledger_entries')
      .select('facts')
      .where('kind', '=', 'link-made')
      .execute()
    expect(entries).toHaveLength(1)
    expect(entries[0]!.facts).not.toContain('/link/')
  })
})
