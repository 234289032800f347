import type { LightMyRequestResponse } from 'fastify'
import { expect, test } from 'vitest'
import { demoCast } from '#server/demo/cast.ts'
import type { Role } from '#server/people/roles.ts'
import { createSessions } from '#server/people/sessions.ts'
import { aWorld, type Route, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { addressOf, idFor, twoHouses } from '#test/support/full-house.ts'
import { drawing, drawnRequests } from './drawn-requests.ts'

const many = process.env.LONG ? 200_000 : 20_000
const seed = Number(process.env.SEED ?? 20_261_130)
/** At once, so that requests also meet in the database. */
const together = 8

/** What takes long by its nature is asked less often. */
const slow =
  /packet|sign-in|\/link\/|\/verify|\/api\/certificates|facilitator-guide|\.pdf|\.xlsx|requests|revocation|correction$|compared-with/

const visitor = 'a visitor'

type Sender = {
  email: string
  roles: readonly Role[]
  token: string | null
  signIn: () => Promise<string | null>
}

test(`none of ${many} requests of every kind and role gets a 5xx`, {
  timeout: 7_200_000,
}, async () => {
  const log: string[] = []
  const stream = { write: (line: string) => log.push(line) }
  const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z'), logger: { level: 'error', stream } })
  const houses = await twoHouses(world)
  const draw = drawing(seed)
  const requests = drawnRequests(world.routes, draw)
  const asked = new Map(world.routes.map((route) => [route, 0]))
  const wrong = new Map<string, string>()
  const senders = await everyRole(world)
  for (const { email } of senders)
    for (const address of [
      '/',
      '/courses',
      '/programs',
      '/team',
      '/reviews',
      '/licensing',
      '/review/courses',
    ])
      requests.learnAddress(address, email)

  for (const { url } of world.routes)
    for (const ids of [houses.own, houses.other])
      requests.learnAddress(
        addressOf(url, (name) => idFor(ids, name)),
        visitor,
      )

  for (let sent = 0; sent < many; sent += together) {
    const batch = Array.from({ length: together }, () => {
      const route = drawRoute(sent > many * 0.9)
      const { request, seenBy } = requests.next(route)
      asked.set(route, asked.get(route)! + 1)
      return { route, request, sender: senderOf(route, seenBy) }
    })
    // A button that is pressed twice, or by two people in the same moment.
    if (draw.chance(0.1)) batch.fill(batch[0]!, 1, 4)
    const answers = await Promise.all(
      batch.map(({ request, sender }) => {
        const cookie = sender.token ? { cookie: `sid=${sender.token}` } : {}
        return world.app.inject({ ...request, headers: { ...request.headers, ...cookie } })
      }),
    )
    for (const [index, answer] of answers.entries()) {
      const { route, request, sender } = batch[index]!
      // In an hour's run beside other work, "not ready" is the truth about a machine too busy to answer in time.
      const isBusy = process.env.LONG && answer.statusCode === 503 && route.url === '/readyz'
      if (answer.statusCode >= 500 && !isBusy) {
        const what = `${answer.statusCode} ${route.method} ${route.url}`
        wrong.set(what, JSON.stringify({ sender: sender.email, request }).slice(0, 1500))
      } else if (sent < 3_000 || draw.chance(0.05)) requests.learn(request.url, answer, sender.email)
      if (isSignedOut(answer)) sender.token = await sender.signIn()
    }
  }

  const report = [...wrong].map(([what, request]) => `${what}\n${request}`)
  expect(report, log.join('').slice(0, 20_000)).toEqual([])
  const missed = [...asked].filter(([, times]) => times < 10).map(([{ method, url }]) => `${method} ${url}`)
  expect(missed).toEqual([])

  /** Any route, slow ones less often. Towards the end, first those that were asked too rarely to say anything. */
  function drawRoute(isLate = false): Route {
    const rare = isLate ? [...asked].find(([, times]) => times < 10) : undefined
    if (rare) return rare[0]
    const route = draw.oneOf(world.routes)
    return slow.test(route.url) && draw.chance(0.6) ? drawRoute() : route
  }

  /** Mostly someone who saw the address, or whose role may ask it. */
  function senderOf({ policy }: Route, seenBy: string | null): Sender {
    const saw = senders.find(({ email }) => email === seenBy && email !== visitor)
    if (saw && draw.chance(0.8)) return saw
    if (typeof policy === 'string' || draw.chance(0.2)) return draw.oneOf(senders)
    return draw.oneOf(senders.filter(({ roles }) => roles.some((role) => policy.includes(role))))
  }
})

const isSignedOut = ({ headers }: LightMyRequestResponse) =>
  String(headers.location ?? '').startsWith('/sign-in')

/** Each of the cast, and a visitor. */
async function everyRole({ db, config }: World): Promise<Sender[]> {
  const sessions = createSessions(db, { idleMinutes: config.sessionIdleMinutes, hours: config.sessionHours })
  const people = demoCast.map(async ({ email, role }): Promise<Sender> => {
    const id = await personId(db, email)
    const signIn = () => sessions.create(id)
    return { email, roles: role ? [role] : [], token: await signIn(), signIn }
  })
  const aVisitor: Sender = { email: visitor, roles: [], token: null, signIn: async () => null }
  return [aVisitor, ...(await Promise.all(people))]
}
