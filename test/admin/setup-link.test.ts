import { describe, expect, test } from 'vitest'
import { createSetupLink, nameFirstAdministrator } from '#server/admin/setup/setup-link.actions.ts'
import { isEmpty } from '#server/demo/fill.ts'
import { aWorld, type World } from '#test/support/app.ts'

const installation = {
  name: 'Lakes Training',
  agency: 'Lakes County',
  contact_name: 'Training office',
  contact_email: 'training@lakes.example',
  contact_phone: '',
}
const password = 'nine patient herons by the dock'

const linkOf = async (world: World) => `/setup/${await createSetupLink(world.db, world.clock.now)}`

describe('the set-up link', () => {
  test('works for an hour and no longer, and a newer one ends it', async () => {
    const world = await aWorld({ cast: false, now: new Date('2026-11-30T15:00:00Z') })
    const [first, link] = [await linkOf(world), await linkOf(world)]
    const visitor = world.visitor()
    expect((await visitor.get(first)).statusCode).toBe(410)
    world.clock.now = new Date('2026-11-30T15:59:59Z')
    expect((await visitor.get(link)).statusCode).toBe(200)
    world.clock.now = new Date('2026-11-30T16:00:00Z')
    expect((await visitor.get(link)).statusCode).toBe(410)
    expect((await visitor.post(link, installation)).statusCode).toBe(410)
    expect((await visitor.get(`/setup/${'a'.repeat(27)}`)).statusCode).toBe(410)
  })

  test('keeps each step, so that a newer link goes on where the one before stopped', async () => {
    const world = await aWorld({ cast: false })
    const visitor = world.visitor()
    const link = await linkOf(world)
    expect((await visitor.get(`${link}/administrator`)).headers.location).toBe(link)
    expect((await visitor.post(link, installation)).statusCode).toBe(303)
    expect((await visitor.get(await linkOf(world))).body).toContain('value="Lakes County"')
    expect(await isEmpty(world.db)).toBe(false)
    expect((await visitor.get('/courses')).body).toContain('Run by Lakes County')
  })

  test('makes one system administrator: anyone named before without a password loses the role', async () => {
    const world = await aWorld({ cast: false })
    const visitor = world.visitor()
    const link = await linkOf(world)
    await visitor.post(link, installation)
    const token = link.split('/').at(-1)!
    const name = (email: string) =>
      nameFirstAdministrator(world.db, token, { name: email, email }, world.clock.now)
    expect(await name('wrong@lakes.example')).toMatchObject({ kind: 'named' })
    const named = await visitor.post(`${link}/administrator`, {
      name: 'Kit Dawson',
      email: 'Kit@lakes.example',
    })
    const set = await visitor.post(String(named.headers.location), { password })
    expect(set.statusCode).toBe(303)
    expect(await name('late@lakes.example')).toEqual({ kind: 'link-ended' })
    expect((await visitor.get(link)).statusCode).toBe(410)
    expect(await createSetupLink(world.db, world.clock.now)).toBeNull()
    const live = await world.db
      .selectFrom('roles')
      .innerJoin('people', 'people.id', 'roles.person_id')
      .select(['email', 'role'])
      .where('ended_at', 'is', null)
      .execute()
    expect(live).toEqual([{ email: 'kit@lakes.example', role: 'system_admin' }])
    const kinds = await world.db.selectFrom('ledger_entries').select('kind').orderBy('turn').execute()
    expect(kinds.map(({ kind }) => kind)).toEqual([
      'setting-changed',
      'role-granted',
      'role-ended',
      'role-granted',
      // The password was set.
      'account-changed',
    ])
  })

  test('never opens an installation that has a system administrator, nor hands out a link to their account', async () => {
    const world = await aWorld()
    expect(await createSetupLink(world.db, world.clock.now)).toBeNull()
    const before = await world.db.selectFrom('invitations').select('id').execute()
    const answer = await world.visitor().post(`/setup/${'a'.repeat(27)}/administrator`, {
      name: 'Kit Dawson',
      email: 'kit@system.example',
    })
    expect(answer.statusCode).toBe(410)
    expect(await world.db.selectFrom('invitations').select('id').execute()).toEqual(before)
  })
})

test('a step of set-up is done when the facts say so, and not because it was opened', async () => {
  const world = await aWorld()
  const kit = await world.as('kit@system.example')
  const left = async () =>
    /(\d) steps? of 8 left|Everything is set up/.exec((await kit.get('/admin/setup')).body)![0]
  const before = await left()
  for (const step of ['installation', 'second-factor', 'mail', 'backups', 'programs', 'people', 'approvals'])
    expect((await kit.get(`/admin/setup/${step}`)).statusCode).toBe(200)
  expect(await left()).toBe(before)
  expect(
    (await kit.post('/admin/setup/mail', { choice: 'server', to: 'kit@system.example' })).statusCode,
  ).toBe(422)
  expect((await kit.post('/admin/setup/backups', { where: '', keeper: '' })).statusCode).toBe(422)
  expect((await kit.post('/admin/setup/mail', { choice: 'none' })).statusCode).toBe(303)
  expect(await left()).not.toBe(before)
})
