import { describe, expect, test } from 'vitest'
import { readRoleFile } from '#server/admin/people/role-file.ts'
import type { Message } from '#server/lib/mail.ts'
import { readable } from '#test/programs/programs.ts'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { sendAccountEmails } from '#test/support/jobs.ts'

const rae = 'rae@northstar.example'

describe('a system administrator', () => {
  test('invites licensing staff, reviewers and administrators; someone with an account gets the role and no link', async () => {
    const world = await aWorld()
    const kit = await world.as('kit@system.example')
    const invited = await kit.post('/admin/people', {
      name: 'Nell Ahlgren',
      email: 'nell@review.example',
      role: 'reviewer',
      where: '',
    })
    expect(invited.body).toMatch(/\/link\/[\w-]{27}/)
    const known = await kit.post('/admin/people', {
      name: 'Rae Halvorsen',
      email: rae,
      role: 'licensing',
      where: '',
    })
    expect(known.body).toContain('With an account already')
    expect(known.body).not.toContain('/link/')
    expect(readable(known.body)).toContain('role takes effect when someone else confirms it: licensing staff')
    const raeId = await personId(world.db, rae)
    expect((await kit.post(`/admin/people/${raeId}/link`)).statusCode).toBe(404)
  })

  test('gives no role to themselves, nor an account under another name', async () => {
    const world = await aWorld()
    const kit = await world.as('kit@system.example')
    const me = await world.db
      .selectFrom('people')
      .select('name')
      .where('email', '=', 'kit@system.example')
      .executeTakeFirstOrThrow()
    const before = await world.db.selectFrom('roles').select('id').orderBy('id').execute()
    const own = await kit.post('/admin/people', { ...me, email: 'kit@system.example', role: 'licensing' })
    expect([own.statusCode, own.body.includes('You can’t give yourself a role')]).toEqual([422, true])
    const other = await kit.post('/admin/people', { name: 'Someone Else', email: rae, role: 'licensing' })
    expect(other.statusCode).toBe(422)
    const nowhere = await kit.post('/admin/people', {
      name: 'A',
      email: 'a@b.example',
      role: 'program_admin',
    })
    expect(nowhere.body).toContain('Choose a program or a license holder.')
    expect(await world.db.selectFrom('roles').select('id').orderBy('id').execute()).toEqual(before)
  })

  test('ends any role but their own, in the ledger', async () => {
    const world = await aWorld()
    const kit = await world.as('kit@system.example')
    const roleOf = async (email: string) =>
      world.db
        .selectFrom('roles')
        .select(['id', 'ended_at'])
        .where('person_id', '=', await personId(world.db, email))
        .executeTakeFirstOrThrow()
    const own = await kit.post(`/roles/${(await roleOf('kit@system.example')).id}/end`)
    expect([own.statusCode, (await roleOf('kit@system.example')).ended_at]).toEqual([409, null])
    const { id } = await roleOf('lee@licensing.example')
    expect((await kit.post(`/roles/${id}/end`)).statusCode).toBe(303)
    expect((await roleOf('lee@licensing.example')).ended_at).not.toBeNull()
    expect((await kit.post(`/roles/${id}/end`)).statusCode).toBe(404)
    const ended = await world.db
      .selectFrom('ledger_entries')
      .select('subject')
      .where('kind', '=', 'role-ended')
      .execute()
    expect(ended).toEqual([{ subject: `person:${await personId(world.db, 'lee@licensing.example')}` }])
  })

  test('links go out by email where there is a mail server, and are shown nowhere', async () => {
    const sent: Message[] = []
    const world = await aWorld({
      mail: async (message) => {
        sent.push(message)
      },
    })
    const kit = await world.as('kit@system.example')
    const page = await kit.post('/admin/people', {
      name: 'Ivo Brandt',
      email: 'ivo@review.example',
      role: 'reviewer',
    })
    expect(sent).toEqual([])
    await sendAccountEmails(world)
    expect([sent.map(({ to }) => to), page.body.includes('/link/')]).toEqual([['ivo@review.example'], false])
    expect(sent[0]!.text).toContain('/link/')
  })
})

test('only a system administrator opens the console', async () => {
  const world = await aWorld()
  const pages = [
    '',
    '/setup',
    '/people',
    '/people/new',
    '/programs',
    '/programs/file',
    '/ledger',
    '/keys',
    '/tokens',
  ]
  for (const email of ['ada@northstar.example', rae, 'lee@licensing.example', 'noor@review.example']) {
    const client = await world.as(email)
    for (const page of [...pages, '/storage', '/settings', '/ledger.csv'])
      expect([email, page, (await client.get(`/admin${page}`)).statusCode]).toEqual([email, page, 404])
    expect(
      (await client.post('/admin/people', { name: 'X', email: 'x@y.example', role: 'licensing' })).statusCode,
    ).toBe(404)
  }
  expect((await world.visitor().get('/admin')).headers.location).toMatch(/^\/sign-in/)
})

describe('a file of people', () => {
  const programs = [
    {
      id: 'p1',
      name: 'Birch Lake House',
      license_number: '9900101',
      holder_id: 'h1',
      holder: 'Birch Lake Homes',
    },
    { id: 'p2', name: 'The Cottage', license_number: '9900102', holder_id: 'h2', holder: 'Two Rivers Care' },
    { id: 'p3', name: 'The Cottage', license_number: '9900103', holder_id: 'h2', holder: 'Two Rivers Care' },
  ]
  const read = (...rows: string[]) => readRoleFile(['Name,Email,Role,Program', ...rows].join('\n'), programs)

  test('names programs by license number, name or license holder', () => {
    expect(
      read(
        'A B,a@x.example,Program administrator,9900101',
        'C D,C@x.example,supervisor,birch lake house',
        'E F,e@x.example,Program administrator,Two Rivers Care',
        'G H,g@x.example,Licensing staff,',
      ),
    ).toEqual({
      kind: 'read',
      invitations: [
        {
          name: 'A B',
          email: 'a@x.example',
          employee_id: null,
          role: 'program_admin',
          program_id: 'p1',
          holder_id: null,
        },
        {
          name: 'C D',
          email: 'c@x.example',
          employee_id: null,
          role: 'supervisor',
          program_id: 'p1',
          holder_id: null,
        },
        {
          name: 'E F',
          email: 'e@x.example',
          employee_id: null,
          role: 'program_admin',
          program_id: null,
          holder_id: 'h2',
        },
        {
          name: 'G H',
          email: 'g@x.example',
          employee_id: null,
          role: 'licensing',
          program_id: null,
          holder_id: null,
        },
      ],
    })
  })

  test('is refused whole, with each line’s problem; a name that two programs have tells neither', () => {
    expect(
      read('A B,a@x.example,Licensing staff,', ',nothing,King,', 'C D,c@x.example,Supervisor,The Cottage'),
    ).toEqual({
      kind: 'problems',
      problems: [
        'Line 3: Enter the person’s name.',
        'Line 3: “nothing” is not an email address.',
        'Line 3: Choose a role.',
        'Line 4: “The Cottage” is neither a license number, a program nor a license holder on record.',
      ],
    })
    const withIds = readRoleFile(
      'Name,Email,Role,Program,Employee ID\nI J,,Supervisor,9900101,n-204\nK L,,Licensing staff,,7\nM N,,Supervisor,9900101,',
      programs,
    )
    expect(withIds).toEqual({
      kind: 'problems',
      problems: [
        'Line 3: An employee ID goes with a role in one program. Enter an email.',
        'Line 4: Enter an email or an employee ID. It’s how the person signs in.',
      ],
    })
    expect(readRoleFile('Name,Email\nA,b', programs)).toMatchObject({ kind: 'problems' })
    expect(readRoleFile('', programs)).toMatchObject({ kind: 'problems' })
  })
})

test('someone without an email is invited by their employee ID, gets a link on paper and signs in with it', async () => {
  const world = await aWorld({ mail: async () => {} })
  const kit = await world.as('kit@system.example')
  const { code, license_number } = await world.db
    .selectFrom('programs')
    .innerJoin('program_details', 'program_details.program_id', 'programs.id')
    .select(['code', 'license_number'])
    .where('name', '=', 'North Star House')
    .executeTakeFirstOrThrow()
  const file = [
    'Name,Email,Role,Program,Employee ID',
    `Pat Paper,,Supervisor,${license_number},n-900`,
    `Pat Paper,,Program administrator,${license_number},N-900`,
  ].join('\n')
  const boundary = 'a-boundary'
  const body = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\ncontent-type: text/csv\r\n\r\n${file}\r\n--${boundary}--\r\n`
  const headers = {
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'sec-fetch-site': 'same-origin',
  }
  const page = await kit.send('POST', '/admin/people/file', body, headers)
  const links = page.body.match(/\/link\/[\w-]{27}/g)
  expect(links).toHaveLength(1)
  const password = 'copper teapot under nine maples'
  const visitor = world.visitor()
  expect((await visitor.post(links![0]!, { password })).statusCode).toBe(303)
  expect((await visitor.post('/sign-in', { email: `${code}-n-900`, password })).statusCode).toBe(303)
  expect((await visitor.get('/account')).body).toContain('Pat Paper')
  expect((await visitor.get('/team')).statusCode).toBe(200)
})

test('a group gives a role above supervisor only after a second system administrator confirms it, and ends it with the mapping', async () => {
  const world = await aWorld()
  const { db } = world
  const kit = await world.as('kit@system.example')
  await kit.post('/accounts/directories', { label: 'Entra ID', domains: 'northstar.example', days: '90' })
  const connection = await db.selectFrom('scim_connections').select('id').executeTakeFirstOrThrow()
  const ada = await personId(db, 'ada@northstar.example')
  const now = new Date()
  const group = await db
    .insertInto('scim_groups')
    .values({ connection_id: connection.id, display_name: 'Licensing', created_at: now, changed_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db.insertInto('scim_group_members').values({ group_id: group.id, person_id: ada }).execute()
  const roles = async () => {
    const open = db.selectFrom('roles').select('role').where('person_id', '=', ada)
    return (await open.where('ended_at', 'is', null).execute()).map(({ role }) => role)
  }
  const form = { source: `scim:${connection.id}`, group: 'licensing', role: 'licensing' }
  expect((await kit.post('/admin/people/groups', { ...form, source: '' })).statusCode).toBe(422)
  expect((await kit.post('/admin/people/groups', form)).statusCode).toBe(303)
  expect((await kit.get('/admin/people/groups')).body).toContain(
    'before another system administrator confirms',
  )
  const { id } = await db.selectFrom('group_roles').select('id').executeTakeFirstOrThrow()
  expect((await kit.post(`/admin/people/groups/${id}/confirmation`)).statusCode).toBe(404)
  expect(await roles()).toEqual([])
  await db
    .insertInto('roles')
    .values({ person_id: await personId(db, 'sam@northstar.example'), role: 'system_admin' })
    .execute()
  const sam = await world.as('sam@northstar.example')
  expect((await sam.post(`/admin/people/groups/${id}/confirmation`)).statusCode).toBe(303)
  expect(await roles()).toEqual(['licensing'])
  await kit.post(`/admin/people/groups/${id}/end`)
  expect(await roles()).toEqual([])
})
