import { expect, test } from 'vitest'
import { confirmAll, programId, readable } from '#test/programs/programs.ts'
import { aWorld, type Client } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

test('one administrator can’t act as two people: each step fails, and the access review shows it', async () => {
  const world = await aWorld()
  const { db } = world
  const rae = await world.as('rae@northstar.example')
  const program = await programId(db, 'North Star House')
  const at = (path: string) => `/programs/${program}${path}`

  // A second address of her own as program administrator: it waits for someone else.
  const me = { name: 'Ray Halvers', email: 'ray@northstar.example' }
  const asked = await rae.post(at('/roles'), { ...me, role: 'program_admin' })
  expect(asked.headers.location).toBe(at('/roles?done=waiting'))
  const rayId = await personId(db, me.email)
  const roles = () => db.selectFrom('roles').select('role').where('person_id', '=', rayId).execute()
  expect(await roles()).toEqual([])
  const own = await requestIn(rae)
  expect((await rae.post(`${own}/confirmation`)).statusCode).toBe(409)

  // As a supervisor it gets a link, and a password. But a supervisor confirms nothing.
  await rae.post(at('/roles'), { ...me, role: 'supervisor' })
  const shown = await rae.post(at('/links'), { person: rayId })
  const link = /http:\/\/127\.0\.0\.1:3000(\/link\/[\w-]{27})/.exec(shown.body)![1]!
  const ray = world.visitor()
  await ray.post(link, { password: 'seven quiet herons wade' })
  await ray.post('/sign-in', { email: me.email, password: 'seven quiet herons wade' })
  expect((await ray.post(`${own}/confirmation`)).statusCode).toBe(404)

  // Suppose the second account had become an administrator all the same: it was made by the first.
  await db
    .insertInto('roles')
    .values({ person_id: rayId, role: 'program_admin', program_id: program })
    .execute()

  // A training that she recorded for someone is accepted by neither of her accounts.
  const theo = await personId(db, 'theo@northstar.example')
  const training = await recorded(rae, theo)
  for (const client of [rae, ray]) {
    const accepted = await client.post(`${training}/decisions`, {
      program,
      decision: 'accept',
      reason: 'Seen',
    })
    expect(accepted.statusCode).toBe(422)
  }
  expect(await db.selectFrom('training_decisions').select('id').execute()).toEqual([])
  expect(readable((await ray.get(training)).body)).toContain('licensing staff can decide')

  // A hire two years ago waits, and neither account confirms it.
  const hire = { name: 'Lena Fox', employee_id: 'L-1', worker_type: 'employee', hired_on: '3/3/2024' }
  expect((await rae.post(at('/roster'), hire)).headers.location).toBe('/confirmations?done=asked')
  const waiting = await db
    .selectFrom('second_person_requests')
    .select('id')
    .where('kind', '=', 'hire')
    .executeTakeFirstOrThrow()
  for (const client of [rae, ray])
    expect((await client.post(`/confirmations/${waiting.id}/confirmation`)).statusCode).toBe(409)
  expect(await db.selectFrom('people').select('id').where('name', '=', 'Lena Fox').execute()).toEqual([])

  // A learner with a password: no link is shown, and the second account doesn't confirm a code on paper.
  const reset = await rae.post(at(`/roster/${theo}/link`))
  expect([reset.statusCode, reset.body.includes('/link/')]).toEqual([409, false])
  await rae.post(`/accounts/${theo}/code`, { lost: 'password', reason: 'Forgot it' })
  const { id: code } = await db.selectFrom('paper_codes').select('id').executeTakeFirstOrThrow()
  expect((await ray.post(`/accounts/codes/${code}/confirmation`)).statusCode).toBe(404)

  const review = readable((await rae.get(at('/access'))).body)
  for (const words of [
    'Ray Halvers as program administrator',
    'Day of hire of Lena Fox',
    'An outside training: Ray Halvers tried to confirm what Rae Halvorsen recorded.',
    'A day of hire: Ray Halvers tried to confirm what Rae Halvorsen recorded.',
    'One invited the other, or made their account or a link to it.',
    'Rae Halvorsen made a link to the account of Ray Halvers and saw it.',
  ])
    expect(review).toContain(words)

  // Licensing staff are independent: they decide what the program's only administrator can't.
  const lee = await world.as('lee@licensing.example')
  expect(await confirmAll(lee)).toContain(303)
  expect(
    (
      await lee.post(`${training}/decisions`, {
        program,
        decision: 'accept',
        reason: 'The certificate shows it',
      })
    ).statusCode,
  ).toBe(303)
  const board = readable((await lee.get(`/licensing/programs/${program}`)).body)
  expect(board).toContain('One person acting as two')
  expect(board).not.toContain('Ray Halvers')
})

/** The address of the first request that waits. */
async function requestIn(client: Client): Promise<string> {
  return /(\/confirmations\/[0-9a-f-]{36})\//.exec((await client.get('/confirmations')).body)![1]!
}

async function recorded(client: Client, person: string): Promise<string> {
  const data = new FormData()
  const fields = {
    title: 'A webinar',
    provider: 'Webinars',
    completed_on: '11/2/2025',
    subject: 'yes',
    person,
  }
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  const request = new Request('http://127.0.0.1', { method: 'POST', body: data })
  const answer = await client.send('POST', '/training/elsewhere', await request.text(), {
    'content-type': request.headers.get('content-type')!,
    'sec-fetch-site': 'same-origin',
  })
  return String(answer.headers.location)
}
