import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Role } from '#server/people/roles.ts'
import { upload } from '#test/oversight/reviewed.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { addressOf } from '#test/support/full-house.ts'
import { workOff } from '#test/support/jobs.ts'

const cast: Readonly<Record<Role, string>> = {
  supervisor: 'sam@northstar.example',
  // No one in the cast is only a trainer; an administrator may do what a trainer does.
  trainer: 'rae@northstar.example',
  program_admin: 'rae@northstar.example',
  licensing: 'lee@licensing.example',
  reviewer: 'noor@review.example',
  system_admin: 'kit@system.example',
}
const learner = 'mai@northstar.example'

let world: World
beforeAll(async () => {
  world = await aWorld()
})

test('every form that someone signed in can send needs its one-use key, but the few that may be repeated', async () => {
  const clients = new Map<string, Client>()
  const clientOf = async (email: string) => {
    if (!clients.has(email)) clients.set(email, await world.as(email))
    return clients.get(email)!
  }
  const unguarded: string[] = []
  for (const { method, url, policy, schema } of world.routes) {
    if (method !== 'POST' || policy === 'public') continue
    const client = await clientOf(policy === 'signed-in' ? learner : cast[policy[0] as Role])
    const answer = await client.post(addressOf(url, idLike), leastBody(schema.body), {
      'idempotency-key': '',
    })
    if (!answer.body.includes('without its key')) unguarded.push(url)
  }
  expect(unguarded.sort()).toEqual([
    '/after-care/:case',
    '/attempts/:attempt/answers',
    '/courses/:course/:module/:lesson/exercises/:exercise',
    '/courses/:course/:module/:lesson/finished',
    '/courses/:course/:module/:lesson/time',
    '/reviews/:review/correction-order',
    '/session',
  ])
})

describe('sent five times at once, a form has one effect', () => {
  const lesson = '/courses/residential-settings/law-words-role/why-this-training'
  const pdf = Buffer.from('%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n')
  const northStar = ({ db }: World) => programId(db, 'North Star House')
  const newest = async ({ db }: World, kept: string, order = 'recorded_at') =>
    (
      await sql<{ id: string }>`
        select id from ${sql.table(kept)} order by ${sql.ref(order)} desc limit 1`.execute(db)
    ).rows[0]!.id
  // In this order: one decides, answers or saves what the one before has made.
  const forms: readonly Readonly<{
    what: string
    by: string
    url: (w: World) => Promise<string> | string
    table: string
    form?: Record<string, string> | ((w: World) => Promise<Record<string, string>>)
    file?: Buffer
  }>[] = [
    {
      what: 'a reported mistake',
      by: learner,
      url: () => `${lesson}/mistake`,
      table: 'lesson_mistakes',
      form: { version: '2.0.0', body: 'A typo.' },
    },
    {
      what: 'a token',
      by: cast.program_admin,
      url: async (w) => `/programs/${await northStar(w)}/tokens`,
      table: 'api_tokens',
      form: { label: 'Scheduler' },
    },
    {
      what: 'a course started',
      by: learner,
      url: () => '/courses/child-protection/enrollment',
      table: 'enrollments',
    },
    {
      what: 'an outside training with its certificate',
      by: learner,
      url: () => '/training/elsewhere',
      table: 'outside_trainings',
      form: {
        title: 'A webinar',
        provider: 'Webinars',
        completed_on: '11/2/2025',
        hours: '2',
        subject: 'yes',
      },
      file: pdf,
    },
    {
      what: 'the decision on an outside training',
      by: cast.program_admin,
      url: async (w) => `/training/elsewhere/${await newest(w, 'outside_trainings')}/decisions`,
      table: 'training_decisions',
      form: async (w) => ({ program: await northStar(w), decision: 'decline', reason: 'No certificate.' }),
    },
    {
      what: 'an uploaded roster file',
      by: cast.program_admin,
      url: async (w) => `/programs/${await northStar(w)}/imports`,
      table: 'roster_imports',
      file: Buffer.from('Name,Email,Hired on\r\nLena Fox,lena@northstar.example,11/20/2026\r\n'),
    },
    {
      what: 'a roster file saved',
      by: cast.program_admin,
      url: async (w) => {
        await workOff(w, 'check-import')
        return `/programs/${await northStar(w)}/imports/${await newest(w, 'roster_imports', 'created_at')}/application`
      },
      table: 'pgboss.job',
    },
    {
      what: 'a review',
      by: cast.licensing,
      url: async (w) => `/licensing/programs/${await northStar(w)}/reviews`,
      table: 'reviews',
      form: { purpose: 'Licensing review, June 2026' },
    },
    {
      what: 'a finding',
      by: cast.licensing,
      url: async (w) => `/reviews/${await newest(w, 'reviews', 'opened_at')}/findings`,
      table: 'review_findings',
      form: { rule: 'R6', body: 'The yearly training is overdue.', send: 'yes' },
    },
    {
      what: 'the answer to a finding, with a file',
      by: cast.program_admin,
      url: async (w) => `/findings/${await newest(w, 'review_findings', 'number')}/answers`,
      table: 'review_answers',
      form: { body: 'See the plan.' },
      file: pdf,
    },
  ]
  test.each(forms)('$what', async ({ by, url, table, form = {}, file }) => {
    const count = async () =>
      Number(
        (await sql<{ n: string }>`select count(*) n from ${sql.table(table)}`.execute(world.db)).rows[0]!.n,
      )
    const client = await world.as(by)
    const address = await url(world)
    const fields = typeof form === 'function' ? await form(world) : form
    const before = await count()
    const key = crypto.randomUUID()
    const send = () =>
      file
        ? upload(world.app, client, address, fields, { file }, key)
        : client.post(address, fields, { 'idempotency-key': key })
    const answers = await Promise.all(Array.from({ length: 5 }, send))
    const statuses = answers.map(({ statusCode }) => statusCode)
    expect([await count(), statuses.some((status) => status < 400)], String(statuses)).toEqual([
      before + 1,
      true,
    ])
    const places = new Set(answers.map(({ headers }) => headers.location).filter(Boolean))
    expect(places.size).toBeLessThanOrEqual(1)
  })

  test('a form that was refused can be sent again with the same key, and a changed one is another form', async () => {
    const client = await world.as(learner)
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const send = (body: string) => client.post(`${lesson}/mistake`, { version: '2.0.0', body }, headers)
    expect((await send(' ')).statusCode).toBe(422)
    expect((await send(' ')).statusCode).toBe(422)
    expect((await send('One.')).statusCode).toBe(303)
    expect((await send('Two.')).statusCode).toBe(303)
    const kept = await world.db
      .selectFrom('lesson_mistakes')
      .select('body')
      .where('body', 'in', ['One.', 'Two.'])
      .execute()
    expect(kept).toHaveLength(2)
  })

  test('pages carry a key in every form, and files in the address', async () => {
    const client = await world.as(cast.program_admin)
    const program = await programId(world.db, 'North Star House')
    for (const url of ['/account/name', `/programs/${program}/imports/new`, '/training/elsewhere/new']) {
      const { headers, cookies: _, rawPayload } = await client.get(url)
      const html = rawPayload.toString()
      expect(String(headers['content-type'])).toContain('text/html')
      const posts = [...html.matchAll(/<form\b[^>]*method="post"[^>]*>(?:<input[^>]*>)?/g)].map(
        ([tag]) => tag,
      )
      expect(posts.length).toBeGreaterThan(0)
      for (const tag of posts) expect(tag).toMatch(/name="form_key" value="[\w-]{36}"|form_key=[\w-]{36}/)
    }
  })
})

const idLike = (name: string) =>
  ['course', 'module', 'lesson', 'exercise'].includes(name) ? 'none' : '00000000-0000-0000-0000-000000000000'

type Schema = {
  required?: readonly string[]
  properties?: Record<string, { const?: string; anyOf?: { const?: string }[] }>
}

const leastBody = (schema: unknown): Record<string, string> => {
  const { required = [], properties } = (schema ?? {}) as Schema
  return Object.fromEntries(
    required.map((name) => [name, properties?.[name]?.const ?? properties?.[name]?.anyOf?.[0]?.const ?? '1']),
  )
}
