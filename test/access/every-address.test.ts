import type { LightMyRequestResponse } from 'fastify'
import { expect, test } from 'vitest'
import { schemaState } from '#server/db/migrate.ts'
import type { Policy } from '#server/people/roles.ts'
import { createSessions, type Sessions } from '#server/people/sessions.ts'
import { aWorld, type Route, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { addressOf, idFor, twoHouses } from '#test/support/full-house.ts'
import { htmlProblems } from '#test/support/html.ts'

/** One person per role, all from North Star if the role belongs to a program. */
const cast = {
  visitor: null,
  learner: 'mai@northstar.example',
  supervisor: 'sam@northstar.example',
  program_admin: 'rae@northstar.example',
  licensing: 'lee@licensing.example',
  reviewer: 'noor@review.example',
  system_admin: 'kit@system.example',
} as const

type RoleName = keyof typeof cast

test('each address answers each role as in the reviewed table', { timeout: 900_000 }, async () => {
  const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
  const table = await asked(world)
  const broken = table.flatMap(({ route, kind, cells }) =>
    Object.entries(cells)
      .filter(([role, cell]) => !mayAsk(route.policy, role as RoleName) && cell !== refusal(role as RoleName))
      .map(([role, cell]) => `${route.method} ${route.url} ${kind} ${role}: ${cell}`),
  )
  expect(broken).toEqual([])
  await expect(written(table)).toMatchFileSnapshot('every-address.txt')
})

/** What was answered as HTML: one page of each address and status, and with LONG=1 each role's. */
const pages = new Map<string, string>()

test('each of these pages is valid HTML', { timeout: 300_000 }, async () => {
  expect(pages.size).toBeGreaterThan(250)
  expect(await htmlProblems(pages)).toEqual([])
})

type Kind = 'own' | 'other' | 'absent' | 'malformed'
type Row = Readonly<{ route: Route; kind: Kind; cells: Readonly<Record<RoleName, string>> }>

type Asking = {
  world: World
  sessions: Sessions
  count: number
  people: Readonly<Record<string, string>>
  /** By role. A form may end them, so that each is used until the next form. */
  tokens: Map<RoleName, string>
}

const mayAsk = (policy: Policy, role: RoleName): boolean =>
  policy === 'public' ||
  (role !== 'visitor' &&
    (policy === 'signed-in' || (typeof policy !== 'string' && policy.some((one) => one === role))))

const refusal = (role: RoleName) => (role === 'visitor' ? 'sign-in' : '404')

async function asked(world: World): Promise<readonly Row[]> {
  const { own, other } = await twoHouses(world)
  // A start reads the migrations before anyone asks whether it is ready.
  await schemaState(world.db)
  const ids: Readonly<Record<Kind, (name: string) => string>> = {
    own: (name) => idFor(own, name),
    other: (name) => idFor(other, name),
    absent: (name) => absentLike(idFor(own, name)),
    malformed: () => 'not%20one',
  }
  const { sessionIdleMinutes: idleMinutes, sessionHours: hours } = world.config
  const emails = Object.values(cast).filter((email) => email !== null)
  const asking: Asking = {
    world,
    sessions: createSessions(world.db, { idleMinutes, hours }),
    count: 0,
    people: Object.fromEntries(
      await Promise.all(emails.map(async (email) => [email, await personId(world.db, email)])),
    ),
    tokens: new Map(),
  }
  const roles = Object.keys(cast) as RoleName[]
  const rows: Row[] = []
  for (const route of world.routes) {
    const kinds: readonly Kind[] = route.url.includes(':') ? ['malformed', 'absent', 'other', 'own'] : ['own']
    for (const kind of kinds) {
      const cells: [RoleName, string][] = []
      for (const role of roles)
        cells.push([role, await cellOf(asking, route, role, addressOf(route.url, ids[kind]))])
      rows.push({ route, kind, cells: Object.fromEntries(cells) as Row['cells'] })
    }
  }
  return rows
}

/** Sends only what the form's schema requires: allowed requests get a form error, and little changes. */
async function cellOf(
  asking: Asking,
  { method, url, policy, schema }: Route,
  role: RoleName,
  address: string,
) {
  const { world } = asking
  const token = await tokenOf(asking, role)
  const answer = await world.app.inject({
    method: method as 'GET' | 'POST',
    url: address,
    // Far apart, so that no one is throttled.
    remoteAddress: `10.0.${Math.floor(asking.count / 250)}.${asking.count++ % 250}`,
    headers: {
      ...(token ? { cookie: `sid=${token}` } : {}),
      'sec-fetch-site': 'same-origin',
      'idempotency-key': crypto.randomUUID(),
      'content-type': 'application/x-www-form-urlencoded',
    },
    ...(method === 'POST' ? { payload: leastBody(schema.body as BodySchema).toString() } : {}),
  })
  // A form that this role may not send reaches no action, and neither does one about what isn't there.
  if (method === 'POST' && mayAsk(policy, role) && answer.statusCode !== 404) await undo(asking)
  keepPage(answer, `${method} ${url}`, role)
  const isSignIn = String(answer.headers.location ?? '').startsWith('/sign-in') && url !== '/sign-out'
  return isSignIn ? 'sign-in' : String(answer.statusCode)
}

async function tokenOf({ sessions, people, tokens }: Asking, role: RoleName): Promise<string | null> {
  const email = cast[role]
  if (email === null) return null
  const token = tokens.get(role) ?? (await sessions.create(people[email]!))
  tokens.set(role, token)
  return token
}

/** A form may have suspended or closed an account of the cast, or ended a session. */
async function undo({ world, tokens }: Asking): Promise<void> {
  tokens.clear()
  await world.db
    .updateTable('people')
    .set({ disabled_at: null, closed_at: null })
    .where((row) => row.or([row('disabled_at', 'is not', null), row('closed_at', 'is not', null)]))
    .execute()
}

function keepPage({ statusCode, headers, body }: LightMyRequestResponse, address: string, role: RoleName) {
  if (!String(headers['content-type']).startsWith('text/html')) return
  // Whatever is missing is missing in the same words.
  const what = statusCode === 404 ? `404 as ${role}` : `${statusCode} ${address}`
  pages.set(process.env.LONG ? `${what} as ${role}` : what, body)
}

type BodySchema =
  | {
      required?: readonly string[]
      properties?: Record<string, { const?: string; anyOf?: { const?: string }[] }>
    }
  | undefined

function leastBody(schema: BodySchema): URLSearchParams {
  const pairs = (schema?.required ?? []).map((name) => {
    const field = schema?.properties?.[name]
    return [name, field?.const ?? field?.anyOf?.[0]?.const ?? 'x']
  })
  return new URLSearchParams(pairs)
}

/** A malformed id that looks like one of ours. */
function absentLike(value: string): string {
  if (/^[0-9a-f-]{36}$/.test(value)) return '00000000-0000-0000-0000-000000000000'
  if (/^SH-/.test(value)) return 'SH-999999999'
  return value.replaceAll(/[a-z]/gi, 'z').replaceAll(/[1-9]/g, '9')
}

function written(table: readonly Row[]): string {
  const roles = Object.keys(cast) as RoleName[]
  const byRoute = Map.groupBy(table, ({ route }) => route)
  const lines = [...byRoute].flatMap(([{ method, url, policy }, rows]) => {
    const byCells = Map.groupBy(rows.toReversed(), ({ cells }) =>
      roles.map((role) => cells[role].padEnd(15)).join(''),
    )
    return [
      `${method} ${url} – ${[policy].flat().join(', ')}`,
      ...[...byCells].map(([cells, alike]) =>
        `${alike
          .map(({ kind }) => kind)
          .join(', ')
          .padEnd(34)}${cells}`.trimEnd(),
      ),
      '',
    ]
  })
  const heading = ' '.repeat(34) + roles.map((role) => role.padEnd(15)).join('')
  return [
    'What each address answers, to each role, requested by its own ids, another program’s, absent and malformed ones.',
    'Forms are sent with the least that their schema asks: 303, 400, 406, 409 and 422 mean that this role may send them.',
    'After a change, run this test with -u and review every line that changed.',
    '',
    heading.trimEnd(),
    '',
    ...lines,
  ].join('\n')
}
