import { Writable } from 'node:stream'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { demoPassword } from '#server/demo/cast.ts'
import { logger } from '#server/logging.ts'
import { createLink } from '#server/people/actions.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

type Line = Readonly<{
  reqId: string
  req?: { method: string; route: string | null }
  account?: string | null
  err?: Record<string, unknown>
}>

async function aLoggedWorld(): Promise<Readonly<{ world: World; lines: readonly Line[] }>> {
  const lines: Line[] = []
  const stream = new Writable({
    write: (line, _encoding, done) => {
      lines.push(JSON.parse(String(line)))
      done()
    },
  })
  const world = await aWorld({ logger: { ...logger({ logLevel: 'info', logPretty: false }), stream } })
  return { world, lines }
}

test('the log names request, route and account of a change, and never a name, code, token or answer', async () => {
  const { world, lines } = await aLoggedWorld()
  const { db } = world
  const visitor = world.visitor()
  const { token, facts } = await db
    .selectFrom('certificates')
    .select(['token', 'facts'])
    .executeTakeFirstOrThrow()
  const ada = await personId(db, 'ada@northstar.example')
  const link = await createLink(db, ada, 'reset', null)
  const code = token.toUpperCase().replace(/(.{4})/g, '$1-')
  const { person_name } = facts as { person_name: string }

  for (const address of [
    `/verify/${token}`,
    `//verify//${token}`,
    `/VERIFY/${token}`,
    `/verify/${code}`,
    `/verify?code=${token}`,
    `/verify/${token}/proof.json`,
    `/api/certificates/${token}?name=${encodeURIComponent(person_name)}`,
    `/api//certificates/${token}`,
    `/API/Certificates/${token}`,
    `/api/%63ertificates/${token}`,
    `/api/certificates/${token}/`,
    `/link/${link}`,
    `/Link/${link}/x`,
    `/calendar/feeds/${link}.ics`,
    `/search?q=Marigold+question`,
  ])
    await visitor.get(address)
  await visitor.post(`/verify/${token}`, { name: person_name })
  await visitor.post('/sign-in', { email: 'ada@northstar.example', password: 'Marigold password' })
  await visitor.post('/forgot-password', { email: 'ada@northstar.example' })
  await visitor.get('/api/clearance', { authorization: `Bearer ${link}` })
  const client = await world.as('ada@northstar.example')
  await client.post('/account/name', { name: 'Ada Marigold', pronunciation: '' })
  await client.post('/attempts/00000000-0000-4000-8000-000000000000/answers', { option: 'Marigold answer' })
  await client.get(`/programs/${await programId(db, 'North Star House')}/roster?search=Marigold`)
  // What the database says of a failed statement repeats what was in it.
  await sql`create function refuse_mistake() returns trigger language plpgsql as $$ begin
    raise exception 'No.' using errcode = 'unique_violation', detail = 'Key (body)=(Marigold) exists.'; end $$`.execute(
    db,
  )
  await sql`create trigger refuse_mistake before insert on lesson_mistakes for each row execute function refuse_mistake()`.execute(
    db,
  )
  const lesson = '/courses/residential-settings/law-words-role/why-this-training'
  const failed = await client.post(`${lesson}/mistake`, { version: '2.0.0', body: 'Marigold words' })
  await sql`drop function refuse_mistake cascade`.execute(db)
  expect(failed.statusCode).toBe(500)

  const text = lines
    .map((line) => JSON.stringify(line))
    .join('\n')
    .toLowerCase()
  const secrets = [token, code, link, person_name, encodeURIComponent(person_name), 'marigold', demoPassword]
  for (const secret of [...secrets, 'northstar.example', ...client.cookies.values()])
    expect(text, secret).not.toContain(secret.toLowerCase())

  const lineOf = (route: string) => lines.filter(({ req }) => req?.route === route).at(-1)
  expect(lineOf('/account/name')).toMatchObject({
    reqId: expect.stringMatching(/^[0-9a-f]{10}$/),
    req: { method: 'POST', route: '/account/name' },
    account: ada,
    res: { statusCode: 303 },
    responseTime: expect.any(Number),
  })
  expect(lineOf('/verify')).not.toHaveProperty('account')
  // Ada supervises no one: what she was refused says who asked.
  expect(lineOf('/programs/:program/roster')).toMatchObject({ account: ada, res: { statusCode: 404 } })
  expect(lines.find(({ err }) => err)?.err).toMatchObject({ code: '23505', message: 'No.' })
  // One line for each request, and one more for what went wrong.
  expect(lines.filter(({ reqId }) => reqId === failed.headers['x-request-id'])).toHaveLength(2)
})

test('an error in the log repeats no value that the database couldn’t read and no email address', () => {
  const { err } = logger({ logLevel: 'info', logPretty: false }).serializers
  const unread = Object.assign(new Error('invalid input syntax for type uuid: "Mai Vang"'), {
    severity: 'ERROR',
    code: '22P02',
    detail: 'Mai Vang',
  })
  expect(JSON.stringify(err(unread))).not.toContain('Mai')
  const refused = new Error('550 <mai@northstar.example>: no such user', { cause: unread })
  expect(JSON.stringify(err(refused))).not.toMatch(/Mai|mai@/)
  expect(err(refused)).toMatchObject({ message: '550 <…@…>: no such user', cause: { code: '22P02' } })
})
