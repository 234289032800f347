import { expect, test } from 'vitest'
import { buildApp } from '#server/app.ts'
import { readConfig } from '#server/config.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { passwordProblem } from '#server/people/passwords.ts'
import { aWorld, Client } from '#test/support/app.ts'
import { asTheService } from '#test/support/db.ts'

test('a public demonstration says so on every page, and only learners change anything', async () => {
  const world = await aWorld()
  const app = await buildApp({
    db: await asTheService(),
    catalogue: world.catalogue,
    mail: null,
    clock: () => world.clock.now,
    config: {
      ...world.config,
      ...readConfig({ DEMO: 'public', LOG_LEVEL: 'silent' }),
      keysFile: world.config.keysFile,
    },
    isDemo: true,
  })
  await app.ready()
  const as = async (email: string) => {
    const client = new Client(app)
    expect((await client.post('/sign-in', { email, password: demoPassword })).statusCode).toBe(303)
    return client
  }
  expect((await new Client(app).get('/courses')).body).toContain('Public demonstration')
  const roles = () => world.db.selectFrom('roles').select('id').where('ended_at', 'is', null).execute()
  const before = await roles()
  const kit = await as('kit@system.example')
  for (const address of ['/admin/setup/mail', `/roles/${before[0]!.id}/end`, '/programs/new']) {
    const answer = await kit.post(address, { choice: 'none' })
    expect([address, answer.statusCode]).toEqual([address, 403])
    expect(answer.body).toContain('you can look at everything, but you can’t change anything')
  }
  expect(await roles()).toEqual(before)
  expect((await kit.get('/admin')).statusCode).toBe(200)
  expect((await kit.post('/sign-out')).statusCode).toBe(303)
  const ada = await as('ada@northstar.example')
  expect((await ada.post('/courses/residential-settings/enrollment')).statusCode).toBe(303)
  // Everyone shares Ada's account, so no one changes it for the others.
  const changes = [
    ...['password', 'email', 'name', 'confidentiality', 'sessions/end', 'second-factor/removal'].map(
      (what) => `/account/${what}`,
    ),
    ...['/notices/preferences', '/forgot-password', `/link/${'x'.repeat(27)}`, `/email/${'x'.repeat(27)}`],
  ]
  for (const address of changes) {
    const answer = await ada.post(address)
    expect([address, answer.statusCode]).toEqual([address, 403])
    expect(answer.body).toContain('other people use this account too')
  }
  expect((await ada.get('/account')).statusCode).toBe(200)
  await app.close()
})

test('the demonstration’s password, which everyone can read, is refused for real accounts', async () => {
  expect(await passwordProblem(demoPassword, [])).toContain('demonstration')
  expect(await passwordProblem(` ${demoPassword.toUpperCase()} `, [])).toContain('demonstration')
})
