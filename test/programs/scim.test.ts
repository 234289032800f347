import { beforeAll, describe, expect, test } from 'vitest'
import { readable } from '#test/programs/programs.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

let world: World
let token: string
beforeAll(async () => {
  world = await aWorld()
  const kit = await world.as('kit@system.example')
  const page = await kit.post('/accounts/directories', {
    label: 'Entra ID of North Star',
    domains: 'northstar.example',
    days: '365',
  })
  token = /<code>(shp_[\w-]{32})<\/code>/.exec(page.body)![1]!
  expect((await kit.get('/accounts/directories')).body).not.toContain(token)
})

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Asks as a directory does: no cookie, no origin, a bearer token. */
async function ask(method: Method, path: string, body?: object, headers: Record<string, string> = {}) {
  const answer = await world.app.inject({
    method,
    url: `/scim/v2${path}`,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body ? { 'content-type': 'application/scim+json' } : {}),
      ...headers,
    },
    ...(body ? { payload: JSON.stringify(body) } : {}),
  })
  return { status: answer.statusCode, headers: answer.headers, body: answer.body ? answer.json() : null }
}

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User'
const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const patchOp = (...Operations: object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
})

/** As in RFC 7644, section 3.3. */
const bjensen = {
  schemas: [userSchema],
  userName: 'bjensen@northstar.example',
  externalId: 'bjensen',
  name: { formatted: 'Ms. Barbara J Jensen III', familyName: 'Jensen', givenName: 'Barbara' },
}

const changes = async (id: string) => {
  const rows = await world.db
    .selectFrom('ledger_entries')
    .select(['kind', 'facts'])
    .where('subject', '=', `person:${id}`)
    .orderBy('turn')
    .execute()
  return rows.map(({ kind, facts }) => ({ kind, ...(JSON.parse(facts) as Record<string, unknown>) }))
}

describe('SCIM, by the examples of RFC 7644', () => {
  test('asks for a token, and answers errors as its own messages', async () => {
    for (const authorization of ['', 'Bearer shp_wrong', `Basic ${token}`]) {
      const answer = await ask('GET', '/Users', undefined, { authorization })
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).toBe('Bearer')
      expect(answer.body).toMatchObject({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '401',
      })
    }
    const stored = await world.db
      .selectFrom('scim_connections')
      .select('token_hash')
      .executeTakeFirstOrThrow()
    expect(
      (await ask('GET', '/Users', undefined, { authorization: `Bearer ${stored.token_hash}` })).status,
    ).toBe(401)
    expect((await ask('GET', '/Users/2819c223-7f76-453a-919d-413861904646')).status).toBe(404)
    expect((await ask('GET', '/Users?filter=userName%20foo%20%22x%22')).body).toMatchObject({
      status: '400',
      scimType: 'invalidFilter',
    })
    const malformed = await world.app.inject({
      method: 'POST',
      url: '/scim/v2/Users',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      payload: '{',
    })
    expect(malformed.json()).toMatchObject({ status: '400', scimType: 'invalidSyntax' })
  })

  test('says what it supports', async () => {
    const { body } = await ask('GET', '/ServiceProviderConfig')
    expect(body).toMatchObject({
      patch: { supported: true },
      filter: { supported: true },
      bulk: { supported: false },
    })
    const types = (await ask('GET', '/ResourceTypes')).body.Resources as { id: string }[]
    expect(types.map(({ id }) => id)).toEqual(expect.arrayContaining(['User', 'Group']))
    expect((await ask('GET', `/Schemas/${userSchema}`)).body.id).toBe(userSchema)
  })

  test('creates, reads, replaces, patches and filters users', async () => {
    const made = await ask('POST', '/Users', bjensen)
    expect(made.status).toBe(201)
    const { id } = made.body
    expect(made.headers.location).toBe(`http://127.0.0.1:3000/scim/v2/Users/${id}`)
    expect(made.body).toMatchObject({
      ...bjensen,
      name: { formatted: bjensen.name.formatted },
      schemas: expect.arrayContaining([userSchema]),
      active: true,
      meta: { resourceType: 'User', location: made.headers.location },
    })
    expect((await ask('POST', '/Users', bjensen)).body).toMatchObject({
      status: '409',
      scimType: 'uniqueness',
    })
    expect((await ask('GET', `/Users/${id}`)).body.userName).toBe(bjensen.userName)
    const replaced = await ask('PUT', `/Users/${id}`, { ...bjensen, name: { formatted: 'Barbara Jensen' } })
    expect(replaced.body.name.formatted).toBe('Barbara Jensen')
    // Okta and Entra ID each write a patch in their own way.
    const patched = await ask(
      'PATCH',
      `/Users/${id}`,
      patchOp({ op: 'replace', value: { name: { formatted: 'Babs Jensen' } } }),
    )
    expect(patched.body.name.formatted).toBe('Babs Jensen')
    const byPath = await ask(
      'PATCH',
      `/Users/${id}`,
      patchOp({ op: 'Replace', path: 'name.formatted', value: 'Barbara J Jensen' }),
    )
    expect(byPath.body.name.formatted).toBe('Barbara J Jensen')
    for (const [filter, count] of [
      ['userName eq "BJENSEN@northstar.example"', 1],
      ['userName sw "bj" and active eq true', 1],
      ['externalId eq "nobody"', 0],
      ['emails[type eq "work" and value co "@northstar"]', 1],
    ] as const) {
      const { body } = await ask('GET', `/Users?filter=${encodeURIComponent(filter)}`)
      expect([filter, body.totalResults, body.Resources.length]).toEqual([filter, count, count])
    }
    expect(Object.keys((await ask('GET', `/Users/${id}?attributes=userName`)).body).sort()).toEqual([
      'id',
      'schemas',
      'userName',
    ])
    const changed = await changes(id)
    expect(changed[0]).toMatchObject({ change: 'provisioned', directory: 'Entra ID of North Star' })
    expect(changed.at(-1)).toMatchObject({ change: 'name', to: 'Barbara J Jensen' })
  })

  test('pages through users, and answers an empty page past the last', async () => {
    for (const n of [1, 2, 3])
      await ask('POST', '/Users', { schemas: [userSchema], userName: `page${n}@northstar.example` })
    const { totalResults } = (await ask('GET', '/Users')).body
    const pages = []
    for (let startIndex = 1; startIndex <= totalResults; startIndex += 2) {
      const { body } = await ask('GET', `/Users?startIndex=${startIndex}&count=2`)
      expect(body).toMatchObject({ totalResults, startIndex, itemsPerPage: body.Resources.length })
      pages.push(...body.Resources.map((user: { id: string }) => user.id))
    }
    expect(new Set(pages).size).toBe(totalResults)
    const found = await ask('POST', '/Users/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: 'userName sw "PAGE"',
      count: 2,
    })
    expect(found.body).toMatchObject({ totalResults: 3, itemsPerPage: 2 })
    const past = (await ask('GET', `/Users?startIndex=${totalResults + 1}&count=2`)).body
    expect(past).toMatchObject({ totalResults, itemsPerPage: 0, Resources: [] })
    expect((await ask('GET', '/Users?count=0')).body).toMatchObject({ totalResults, Resources: [] })
  })

  test('reaches only emails of its domains, and of an account shows no training', async () => {
    const outside = await ask('POST', '/Users', { schemas: [userSchema], userName: 'olu@lakeside.example' })
    expect(outside.body).toMatchObject({ status: '400', scimType: 'invalidValue' })
    const mai = await personId(world.db, 'mai@northstar.example')
    expect((await ask('GET', `/Users/${mai}`)).status).toBe(404)
    const taken = await ask('POST', '/Users', { schemas: [userSchema], userName: 'mai@northstar.example' })
    expect([taken.status, taken.body.id]).toEqual([201, mai])
    expect(JSON.stringify(taken.body)).not.toMatch(/certif|training|standing/i)
    // Another email waits for the owner: a directory's token takes over no account.
    await ask(
      'PATCH',
      `/Users/${mai}`,
      patchOp({ op: 'replace', value: { userName: 'mai2@northstar.example' } }),
    )
    expect((await ask('GET', `/Users/${mai}`)).body.emails[0].value).toBe('mai@northstar.example')
  })

  test('deactivation ends access and work at once, and keeps every record', async () => {
    const theo = await personId(world.db, 'theo@northstar.example')
    const client = await world.as('theo@northstar.example')
    const held = async () => {
      const rows = [
        await world.db
          .selectFrom('completions')
          .innerJoin('enrollments', 'enrollments.id', 'enrollment_id')
          .select('completions.id')
          .where('enrollments.person_id', '=', theo)
          .execute(),
        await world.db.selectFrom('certificates').select('id').where('person_id', '=', theo).execute(),
        await world.db.selectFrom('enrollments').select('id').where('person_id', '=', theo).execute(),
      ]
      return rows
    }
    const before = await held()
    await ask('POST', '/Users', { schemas: [userSchema], userName: 'theo@northstar.example' })
    const off = await ask('PATCH', `/Users/${theo}`, patchOp({ op: 'replace', path: 'active', value: false }))
    expect(off.body.active).toBe(false)
    expect((await client.get('/account')).statusCode).toBe(303)
    const open = await world.db
      .selectFrom('assignments')
      .select(['separated_on'])
      .where('person_id', '=', theo)
      .where('superseded_at', 'is', null)
      .execute()
    expect(open.every(({ separated_on }) => separated_on !== null)).toBe(true)
    expect(await held()).toEqual(before)
    const back = await ask('PATCH', `/Users/${theo}`, patchOp({ op: 'replace', value: { active: true } }))
    expect(back.body.active).toBe(true)
    expect((await ask('DELETE', `/Users/${theo}`)).status).toBe(204)
    expect((await ask('GET', `/Users/${theo}`)).status).toBe(404)
    expect(await held()).toEqual(before)
    const kinds = (await changes(theo)).map(
      (one: Record<string, unknown>) => one.change ?? one.act ?? one.kind,
    )
    expect(kinds).toEqual(expect.arrayContaining(['separated', 'suspension', 'reopening', 'deprovisioned']))
  })

  test('groups are made, patched and removed, and give and end the roles they are mapped to', async () => {
    const { db } = world
    const [{ id }, { id: connection }] = [
      (await ask('POST', '/Users', { schemas: [userSchema], userName: 'lead@northstar.example' })).body,
      await db.selectFrom('scim_connections').select('id').executeTakeFirstOrThrow(),
    ]
    const { program_id } = await db
      .selectFrom('roles')
      .select('program_id')
      .where('person_id', '=', await personId(db, 'rae@northstar.example'))
      .executeTakeFirstOrThrow()
    const mapping = {
      source: `scim:${connection}`,
      group_name: 'Shift Leads',
      program_id,
      made_by: await personId(db, 'kit@system.example'),
      made_at: world.clock.now,
    }
    await db
      .insertInto('group_roles')
      .values([
        { ...mapping, role: 'supervisor' },
        // Not confirmed by a second person, so it gives nothing.
        { ...mapping, role: 'program_admin' },
      ])
      .execute()
    const roles = async () =>
      (
        await db
          .selectFrom('roles')
          .select('role')
          .where('person_id', '=', id)
          .where('ended_at', 'is', null)
          .execute()
      ).map(({ role }) => role)
    const made = await ask('POST', '/Groups', { schemas: [groupSchema], displayName: 'Shift Leads' })
    expect(made.status).toBe(201)
    const group = `/Groups/${made.body.id}`
    expect(await roles()).toEqual([])
    await ask('PATCH', group, patchOp({ op: 'add', path: 'members', value: [{ value: id }] }))
    expect((await ask('GET', group)).body.members).toMatchObject([{ value: id }])
    expect((await ask('GET', `/Users/${id}`)).body.groups).toMatchObject([{ display: 'Shift Leads' }])
    expect(await roles()).toEqual(['supervisor'])
    await ask('PATCH', group, patchOp({ op: 'remove', path: `members[value eq "${id}"]` }))
    expect(await roles()).toEqual([])
    // Each change is told to the program's administrators.
    const inbox = readable((await (await world.as('rae@northstar.example')).get('/notices')).body)
    for (const verb of ['gave lead@northstar.example a role', 'ended a role of lead@northstar.example'])
      expect(inbox).toContain(
        `Your organization’s directory (group “Shift Leads”) ${verb}: supervisor at North Star House.`,
      )
    const stranger = await personId(db, 'olu@lakeside.example')
    const refused = await ask('PUT', group, {
      schemas: [groupSchema],
      displayName: 'Shift Leads',
      members: [{ value: stranger }],
    })
    expect(refused.status).toBe(400)
    await ask('PUT', group, { schemas: [groupSchema], displayName: 'Shift Leads', members: [{ value: id }] })
    expect(await roles()).toEqual(['supervisor'])
    expect((await ask('DELETE', group)).status).toBe(204)
    expect(await roles()).toEqual([])
  })

  test('publishes what it keeps, and answers every address under it as its own messages', async () => {
    const { body } = await ask('GET', '/Schemas')
    const names = (schema: { attributes: { name: string }[] }) => schema.attributes.map(({ name }) => name)
    expect(body.Resources.map(({ id }: { id: string }) => id)).toEqual([userSchema, groupSchema])
    expect(names(body.Resources[0])).toEqual([
      'userName',
      'name',
      'displayName',
      'active',
      'emails',
      'groups',
    ])
    expect(names((await ask('GET', `/Schemas/${groupSchema}`)).body)).toEqual(['displayName', 'members'])
    const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
    expect((await ask('GET', `/Schemas/${enterprise}`)).status).toBe(404)
    expect(JSON.stringify((await ask('GET', '/ResourceTypes')).body)).not.toContain(enterprise)
    const nowhere = await ask('GET', '/Nowhere')
    expect([nowhere.status, nowhere.body.schemas]).toEqual([
      404,
      ['urn:ietf:params:scim:api:messages:2.0:Error'],
    ])
  })

  test('says of each resource what it is, whichever attributes are asked for, and searches users and groups at once', async () => {
    const group = await ask('POST', '/Groups', { schemas: [groupSchema], displayName: 'Night staff' })
    expect(group.body).not.toHaveProperty('members')
    for (const wanted of ['attributes=displayName', 'excludedAttributes=schemas,members'])
      expect((await ask('GET', `/Groups/${group.body.id}?${wanted}`)).body).toMatchObject({
        schemas: [groupSchema],
        displayName: 'Night staff',
      })
    const found = await ask('POST', '/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      attributes: ['displayName'],
    })
    const kinds = found.body.Resources.map(({ schemas }: { schemas: string[] }) => schemas[0])
    expect([...new Set(kinds)].sort()).toEqual([groupSchema, userSchema])
    const { id } = (await ask('POST', '/Users', { schemas: [userSchema], userName: 'pat@northstar.example' }))
      .body
    await ask(
      'PATCH',
      `/Groups/${group.body.id}`,
      patchOp({ op: 'add', path: 'members', value: [{ value: id }] }),
    )
    const [member] = (await ask('GET', `/Groups/${group.body.id}`)).body.members
    expect(member.$ref).toBe(`http://127.0.0.1:3000/scim/v2/Users/${id}`)
    await ask('PATCH', `/Groups/${group.body.id}`, patchOp({ op: 'remove', path: 'members' }))
    expect((await ask('GET', `/Groups/${group.body.id}`)).body).not.toHaveProperty('members')
  })

  test('a token ends with its day, with its connection, and with its owner’s role', async () => {
    const kit = await world.as('kit@system.example')
    const { id } = await world.db.selectFrom('scim_connections').select('id').executeTakeFirstOrThrow()
    const works = async () => (await ask('GET', '/Users')).status
    world.clock.now = new Date(world.clock.now.getTime() + 366 * 86_400_000)
    expect(await works()).toBe(401)
    const page = await kit.post(`/accounts/directories/${id}/token`)
    token = /<code>(shp_[\w-]{32})<\/code>/.exec(page.body)![1]!
    expect(await works()).toBe(200)
    const role = world.db.updateTable('roles').where('role', '=', 'system_admin')
    await role.set({ ended_at: world.clock.now }).execute()
    expect(await works()).toBe(401)
    await role.set({ ended_at: null }).execute()
    await kit.post(`/accounts/directories/${id}/end`)
    expect(await works()).toBe(401)
  })
})
