import { describe, expect, test } from 'vitest'
import { demoPassword } from '#server/demo/cast.ts'
import { dayOf } from '#server/lib/days.ts'
import { createLink } from '#server/people/actions.ts'
import { lookedAt } from '#server/people/looks.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { sendAccountEmails } from '#test/support/jobs.ts'

const ada = 'ada@northstar.example'
const system = 'kit@system.example'
const administrator = 'rae@northstar.example'

type Sent = { to: string; subject: string; text: string }

const mailbox = () => {
  const sent: Sent[] = []
  return {
    sent,
    mail: async (message: Sent) => {
      sent.push(message)
    },
  }
}

const changesOf = async ({ db }: World, id: string) => {
  const rows = await db
    .selectFrom('ledger_entries')
    .select(['kind', 'facts', 'actor_id'])
    .where('subject', '=', `person:${id}`)
    .where('kind', 'in', ['account-changed', 'role-ended'])
    .orderBy('turn')
    .execute()
  return rows.map(({ facts, ...row }) => ({ ...row, facts: JSON.parse(facts) as Record<string, unknown> }))
}

describe('the life of an account', () => {
  test('a suspended person is signed out at once, can’t sign in, and can again when it is reopened', async () => {
    const world = await aWorld()
    const id = await personId(world.db, ada)
    const client = await world.as(ada)
    const link = await createLink(world.db, id, 'reset', null)
    const kit = await world.as(system)
    await kit.post(`/accounts/${id}/suspension`, { reason: 'Left the state without notice' })
    expect((await client.get('/account')).statusCode).toBe(303)
    expect((await world.visitor().post('/sign-in', { email: ada, password: demoPassword })).statusCode).toBe(
      401,
    )
    expect((await world.visitor().get(`/link/${link}`)).statusCode).toBe(410)
    expect((await kit.get(`/accounts/${id}`)).body).toContain('Left the state without notice')
    await kit.post(`/accounts/${id}/reopening`, { reason: 'Back' })
    expect((await world.visitor().post('/sign-in', { email: ada, password: demoPassword })).statusCode).toBe(
      303,
    )
    expect((await changesOf(world, id)).map(({ facts }) => [facts.change, facts.from, facts.to])).toEqual([
      ['suspension', 'active', 'suspended'],
      ['reopening', 'suspended', 'active'],
    ])
  })

  test('closing an account ends its roles and keeps its certificates', async () => {
    const world = await aWorld()
    const id = await personId(world.db, administrator)
    const held = () => world.db.selectFrom('certificates').select('id').where('person_id', '=', id).execute()
    const before = await held()
    const kit = await world.as(system)
    await kit.post(`/accounts/${id}/closing`, { reason: 'Retired' })
    const open = await world.db
      .selectFrom('roles')
      .select('id')
      .where('person_id', '=', id)
      .where('ended_at', 'is', null)
      .execute()
    expect(open).toEqual([])
    expect(await held()).toEqual(before)
    expect((await changesOf(world, id)).map(({ kind }) => kind)).toEqual(['role-ended', 'account-changed'])
  })

  test('a change needs a reason', async () => {
    const world = await aWorld()
    const id = await personId(world.db, ada)
    const kit = await world.as(system)
    const answer = await kit.post(`/accounts/${id}/suspension`, { reason: ' ' })
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('Write why')
    expect(await changesOf(world, id)).toEqual([])
  })

  test('a program administrator changes accounts of people who work only in their programs, and not their own', async () => {
    const world = await aWorld()
    const rae = await world.as(administrator)
    const own = await personId(world.db, administrator)
    const here = await personId(world.db, ada)
    const elsewhere = await personId(world.db, 'ivy@lakeside.example')
    const form = { reason: 'A test of reach' }
    expect((await rae.post(`/accounts/${here}/suspension`, form)).statusCode).toBe(303)
    expect((await rae.post(`/accounts/${elsewhere}/suspension`, form)).statusCode).toBe(404)
    expect((await rae.post(`/accounts/${own}/suspension`, form)).statusCode).toBe(404)
    expect((await rae.get('/accounts')).statusCode).toBe(404)
    const learner = await world.as('theo@northstar.example')
    expect((await learner.post(`/accounts/${here}/reopening`, form)).statusCode).toBe(404)
    // Someone of this program who also acts elsewhere.
    await world.db.insertInto('roles').values({ person_id: here, role: 'licensing' }).execute()
    expect((await rae.get(`/accounts/${here}`)).statusCode).toBe(200)
    expect((await rae.post(`/accounts/${here}/reopening`, form)).statusCode).toBe(404)
  })

  test('both names are in the ledger, and a certificate keeps the name it was issued under', async () => {
    const world = await aWorld()
    const {
      person_id: id,
      name,
      number,
    } = await world.db
      .selectFrom('certificates')
      .innerJoin('people', 'people.id', 'certificates.person_id')
      .select(['person_id', 'name', 'number'])
      .executeTakeFirstOrThrow()
    const kit = await world.as(system)
    const { email } = await world.db
      .selectFrom('people')
      .select('email')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    await kit.post(`/accounts/${id}/details`, {
      name: 'Alex Newname',
      pronunciation: 'AL-ex',
      email: email ?? '',
      reason: 'Married',
    })
    const [change] = await changesOf(world, id)
    expect(change?.facts).toEqual({ change: 'name', from: name, to: 'Alex Newname', reason: 'Married' })
    const { facts } = await world.db
      .selectFrom('certificates')
      .select('facts')
      .where('number', '=', number)
      .executeTakeFirstOrThrow()
    expect(facts).toMatchObject({ person_name: name })
  })
})

describe('another email', () => {
  test('takes effect when its link is confirmed; both addresses are told; the old one no longer signs in', async () => {
    const box = mailbox()
    const world = await aWorld({ mail: box.mail })
    const client = await world.as(ada)
    await client.post('/account/email', { email: 'Ada.New@northstar.example' })
    expect(box.sent).toEqual([])
    await sendAccountEmails(world)
    expect(box.sent.map(({ to }) => to)).toEqual(['ada.new@northstar.example', ada])
    expect(box.sent[1]?.text).not.toContain('/email/')
    const address = /\/email\/[\w-]{27}/.exec(box.sent[0]!.text)![0]
    expect((await world.visitor().get(address)).statusCode).toBe(200)
    expect((await client.get('/account')).body).toContain('Changes to ada.new@northstar.example')
    expect((await world.visitor().post(address)).statusCode).toBe(200)
    expect((await world.visitor().post(address)).statusCode).toBe(410)
    await sendAccountEmails(world)
    expect(box.sent.slice(2).map(({ to }) => to)).toEqual(['ada.new@northstar.example', ada])
    const signIn = (email: string) => world.visitor().post('/sign-in', { email, password: demoPassword })
    expect((await signIn(ada)).statusCode).toBe(401)
    expect((await signIn('ada.new@northstar.example')).statusCode).toBe(303)
    const changes = await changesOf(world, await personId(world.db, 'ada.new@northstar.example'))
    expect(changes.at(-1)?.facts).toEqual({ change: 'email', from: ada, to: 'ada.new@northstar.example' })
  })

  test('an email of another account gets the same answer, and takes nothing over', async () => {
    const box = mailbox()
    const world = await aWorld({ mail: box.mail })
    const client = await world.as(ada)
    const free = await client.post('/account/email', { email: 'free@northstar.example' })
    const taken = await client.post('/account/email', { email: 'theo@northstar.example' })
    expect(taken.headers.location).toBe(free.headers.location)
    await sendAccountEmails(world)
    expect(box.sent.find(({ to }) => to === 'theo@northstar.example')?.text).not.toContain('/email/')
  })

  test('a second request ends the link of the first', async () => {
    const box = mailbox()
    const world = await aWorld({ mail: box.mail })
    const client = await world.as(ada)
    await client.post('/account/email', { email: 'first@northstar.example' })
    await client.post('/account/email', { email: 'second@northstar.example' })
    await sendAccountEmails(world)
    const address = /\/email\/[\w-]{27}/.exec(box.sent[0]!.text)![0]
    expect((await world.visitor().post(address)).statusCode).toBe(410)
  })

  const form = {
    name: 'Ada Lindqvist',
    pronunciation: '',
    email: 'new@northstar.example',
    reason: 'New domain',
  }

  test('that an administrator asks for takes effect only when the owner, signed in, confirms it', async () => {
    const box = mailbox()
    const world = await aWorld({ mail: box.mail })
    const id = await personId(world.db, ada)
    const kit = await world.as(system)
    await kit.post(`/accounts/${id}/details`, form)
    await sendAccountEmails(world)
    const address = /\/email\/[\w-]{27}/.exec(box.sent[0]!.text)![0]
    // The administrator who named an address of their own opens the link that came there.
    for (const other of [kit, world.visitor()]) {
      expect((await other.get(address)).body).toContain('Sign in to your account first')
      await other.post(address)
    }
    const client = await world.as(ada)
    expect((await client.get('/')).body).toContain('How you sign in has changed')
    expect((await client.post(address)).body).toContain('new@northstar.example')
  })

  test('where no email can be sent, is confirmed by its owner under Your account', async () => {
    const world = await aWorld()
    const id = await personId(world.db, ada)
    const kit = await world.as(system)
    const page = await kit.post(`/accounts/${id}/details`, form)
    expect(page.body).not.toMatch(/\/email\/[\w-]{27}/)
    const client = await world.as(ada)
    expect((await client.get('/account')).body).toContain('Change it to new@northstar.example')
    await client.post('/account/email/confirmation')
    expect((await client.get('/account')).body).toContain('new@northstar.example')
    // Someone who has never signed in has nothing that a link could take over.
    await world.db.updateTable('people').set({ password_hash: null }).where('id', '=', id).execute()
    const again = await kit.post(`/accounts/${id}/details`, { ...form, email: 'other@northstar.example' })
    const address = /\/email\/[\w-]{27}/.exec(again.body)![0]
    expect((await world.visitor().post(address)).body).toContain('other@northstar.example')
  })
})

describe('your account', () => {
  test('a new password ends your other sessions; names from your work and the installation are refused', async () => {
    const world = await aWorld()
    await world.db
      .insertInto('settings')
      .values({
        name: 'installation',
        value: JSON.stringify({
          name: 'Gopher Prairie Learning Portal',
          agency: 'Department of Wobegon',
          contact_name: 'Kit',
          contact_email: 'kit@system.example',
          contact_phone: '',
        }),
      })
      .execute()
    const here = await world.as(ada)
    const there = await world.as(ada)
    for (const bad of [
      'gopherprairielearningportal',
      'gopher prairie 2026',
      'wobegon department',
      'northstarhouse2026',
      'lindqvist lindqvist',
      'safeharbortraining',
      'North Star Youth Services',
    ])
      expect((await here.post('/account/password', { new_password: bad })).statusCode).toBe(422)
    const fine = 'copper teapot under nine maples'
    expect((await here.post('/account/password', { new_password: fine })).headers.location).toContain(
      'done=password',
    )
    expect((await here.get('/account')).statusCode).toBe(200)
    expect((await there.get('/account')).statusCode).toBe(303)
    expect((await world.visitor().post('/sign-in', { email: ada, password: fine })).statusCode).toBe(303)
  })

  test('the suggested passphrase is accepted, and differs each time', async () => {
    const world = await aWorld()
    const client = await world.as(ada)
    const suggested = async () =>
      /made for you just now: <strong>([a-z ]+)<\/strong>/.exec(
        (await client.get('/account/password')).body,
      )![1]!
    const [one, other] = [await suggested(), await suggested()]
    expect(one).not.toBe(other)
    expect((await client.post('/account/password', { new_password: one })).statusCode).toBe(303)
  })

  test('sessions show their device; all others can be ended at once', async () => {
    const world = await aWorld()
    const here = await world.as(ada)
    const there = world.visitor()
    await there.post(
      '/sign-in',
      { email: ada, password: demoPassword },
      { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0' },
    )
    expect((await here.get('/account')).body).toContain('Firefox on Windows')
    await here.post('/account/sessions/end')
    expect((await there.get('/account')).statusCode).toBe(303)
    expect((await here.get('/account')).statusCode).toBe(200)
  })

  test('confidentiality is set by the person, and public pages then withhold their certificate', async () => {
    const world = await aWorld()
    const held = await world.db
      .selectFrom('certificates')
      .innerJoin('people', 'people.id', 'certificates.person_id')
      .select(['person_id', 'email', 'token'])
      .executeTakeFirstOrThrow()
    const visitor = world.visitor()
    expect((await visitor.get(`/verify/${held.token}`)).body).toContain('This certificate is valid.')
    const client = await world.as(held.email!)
    await client.post('/account/confidentiality', { confidential: 'yes' })
    expect((await visitor.get(`/verify/${held.token}`)).body).not.toContain('This certificate is valid.')
    expect((await visitor.get(`/api/certificates/${held.token}`)).statusCode).toBe(404)
    await client.post('/account/confidentiality')
    expect((await visitor.get(`/api/certificates/${held.token}`)).statusCode).toBe(200)
    const changes = await changesOf(world, held.person_id)
    expect(changes.map(({ facts }) => [facts.change, facts.to])).toEqual([
      ['confidentiality', true],
      ['confidentiality', false],
    ])
  })

  test('the download holds everything about the person, no secrets and no one else’s rows', async () => {
    const world = await aWorld()
    const { email, person_id: id } = await world.db
      .selectFrom('certificates')
      .innerJoin('people', 'people.id', 'certificates.person_id')
      .select(['person_id', 'email'])
      .executeTakeFirstOrThrow()
    const client = await world.as(email!)
    const answer = await client.get('/account/data.json')
    const about = JSON.parse(answer.body) as Record<string, Record<string, unknown>[]>
    expect(Object.keys(about)).toEqual(
      expect.arrayContaining([
        'people',
        'enrollments',
        'completions',
        'certificates',
        'assignments',
        'sessions',
      ]),
    )
    expect(about.people).toHaveLength(1)
    expect(about.people?.[0]).toMatchObject({ id, email })
    for (const rows of Object.values(about).filter(Array.isArray))
      for (const row of rows) expect(row.person_id ?? id).toBe(id)
    expect(answer.body).not.toMatch(/password_hash|token_hash|code_hash|"secret"|argon2/)
  })

  test('each look at a person is shown to them, with who took it; a supervisor’s once a day', async () => {
    const world = await aWorld()
    const email = 'mai@northstar.example'
    const person_id = await personId(world.db, email)
    const { number } = await world.db
      .selectFrom('certificates')
      .select('number')
      .where('person_id', '=', person_id)
      .executeTakeFirstOrThrow()
    const client = await world.as(email)
    expect((await client.get('/account/views')).body).toContain('No one has opened a page about you.')
    const lee = await world.as('lee@licensing.example')
    await lee.get(`/certificates/records/${number}`)
    const page = await client.get('/account/views')
    expect(page.body).toContain('Lee Marston')
    expect(page.body).toContain(number)
    const rae = await world.as(administrator)
    for (const address of [`/team/${person_id}`, `/accounts/${person_id}`, `/team/${person_id}`])
      await rae.get(address)
    const looks = await client.get('/account/views')
    expect(looks.body.match(/Rae Halvorsen/g)).toHaveLength(2)
    expect(looks.body).toContain('your training, on the team’s page')
    // Every page about one person is a look, or writes to the ledger by itself.
    const routes = world.routes.filter(({ method, url }) => method === 'GET' && url.includes('/:person'))
    expect(routes.map(({ url }) => url).filter((url) => !lookedAt(url))).toEqual([
      '/reviews/:review/people/:person',
      '/admin/records/:person',
    ])
  })
})

describe('someone without an email', () => {
  test('is added by employee ID, gets a link on paper, and signs in with the program’s code', async () => {
    const world = await aWorld({ mail: async () => {} })
    const rae = await world.as(administrator)
    const { program_id, code } = await world.db
      .selectFrom('roles')
      .innerJoin('programs', 'programs.id', 'roles.program_id')
      .select(['program_id', 'code'])
      .where('person_id', '=', await personId(world.db, administrator))
      .executeTakeFirstOrThrow()
    const form = {
      name: 'Sam Paper',
      employee_id: 'n-204',
      worker_type: 'employee',
      hired_on: dayOf(new Date()),
    }
    const added = await rae.post(`/programs/${program_id}/roster`, form)
    const link = /\/link\/[\w-]{27}/.exec(added.body)![0]
    const password = 'copper teapot under nine maples'
    expect((await world.visitor().post(link, { password })).statusCode).toBe(303)
    const client = world.visitor()
    expect((await client.post('/sign-in', { email: `${code}-N-204`, password })).statusCode).toBe(303)
    const account = await client.get('/account')
    expect(account.body).toContain('Sam Paper')
    expect(account.body).toContain(`You can sign in with ${code}-N-204`)
    const elsewhere = await world.visitor().post('/sign-in', { email: `${code + 1}-N-204`, password })
    expect(elsewhere.statusCode).toBe(401)
    // The same employee ID is the same person.
    await rae.post(`/programs/${program_id}/roster`, { ...form, hired_on: '3/3/2020' })
    const people = await world.db.selectFrom('people').select('id').where('name', '=', 'Sam Paper').execute()
    expect(people).toHaveLength(1)
    const neither = await rae.post(`/programs/${program_id}/roster`, { ...form, employee_id: '' })
    expect(neither.body).toContain('Enter an email or an employee ID')
  })
})
