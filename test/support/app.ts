import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { FastifySchema, FastifyServerOptions, LightMyRequestResponse } from 'fastify'
import { buildApp } from '#server/app.ts'
import { type Config, readConfig } from '#server/config.ts'
import { openCourses } from '#server/courses/authoring/rendered-courses.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { fillDemo } from '#server/demo/fill.ts'
import type { Mail } from '#server/lib/mail.ts'
import type { Policy } from '#server/people/roles.ts'
import type { App } from '#server/web/routes.ts'
import type { Tracing } from '#server/web/tracing.ts'
import { asTheService, emptyDatabase } from './db.ts'
import { schemaController } from './schemas.ts'

const project = path.join(import.meta.dirname, '../..')

export const config: Config = readConfig({
  LOG_LEVEL: 'silent',
  BASE_URL: 'http://127.0.0.1:3000',
  SECOND_FACTOR: 'optional',
  CACHE_DIR: process.env.CACHE_DIR ?? path.join(project, 'node_modules/.cache/safe-harbor'),
})

// What each world keeps outside its database: gone with this worker.
const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-worlds-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
let worlds = 0

const { catalogue: courses } = await openCourses(path.join(project, 'courses'), config.cacheDir)

/** The project's own courses, read once a worker. That they have no errors is held by test/courses. */
export const theCourses = (): Catalogue => courses

export type World = Readonly<{
  /** The owner's view of the database; the service itself works in its own role. */
  db: Database
  app: App
  catalogue: Catalogue
  /** A browser, at an address of its own where one is named, in which no one has signed in. */
  visitor: (address?: string) => Client
  /** A browser in which this member of the cast has signed in. */
  as: (email: string) => Promise<Client>
  /** The service's time of day; set it to travel. */
  clock: { now: Date }
  config: Config
  /** The mail server that jobs send to, if the test has one. */
  mail: Mail
  /** Every address of the service but the static files. */
  routes: readonly Route[]
}>

export type WorldOptions = Readonly<{
  now?: Date
  mail?: Mail
  catalogue?: Catalogue
  cast?: boolean
  config?: Config
  /** Connections of the service, if not the worker's own. */
  service?: Database
  logger?: FastifyServerOptions['logger']
  tracing?: Tracing
}>

/** What the service says of one of its addresses. */
export type Route = Readonly<{ method: string; url: string; policy: Policy; schema: FastifySchema }>

let before: App | undefined

/**
 * The whole service on an empty database with the demo cast in it. The world before it ends: what it does by the clock
 * would be done in this one's database, with keys of its own.
 */
export async function aWorld(options: WorldOptions = {}): Promise<World> {
  await before?.close()
  const db = await emptyDatabase()
  const catalogue = options.catalogue ?? theCourses()
  const clock = { now: options.now ?? new Date() }
  const dataDir = path.join(folder, String(++worlds))
  const settings = { ...(options.config ?? config), dataDir, keysFile: path.join(dataDir, 'keys.json') }
  if (options.cast !== false)
    await fillDemo(
      db,
      { residential: catalogue.courses.get('residential-settings') ?? null, issuer: settings },
      clock.now,
    )
  const routes: Route[] = []
  const service = options.service ?? (await asTheService())
  const app = await buildApp({
    db: options.tracing ? service.withPlugin(options.tracing.statements) : service,
    ...(options.tracing ? { tracing: options.tracing } : {}),
    catalogue,
    mail: options.mail ?? null,
    clock: () => clock.now,
    config: settings,
    isDemo: false,
    logger: options.logger ?? false,
    schemaController,
    onRoute: (route) => {
      for (const method of [route.method].flat()) {
        const policy = route.config?.policy
        if (policy && policy !== 'asset' && method !== 'HEAD')
          routes.push({ method, url: route.url, policy, schema: route.schema ?? {} })
      }
    },
  })
  await app.ready()
  before = app
  const visitor = (address?: string) => new Client(app, address)
  return {
    db,
    app,
    catalogue,
    clock,
    config: settings,
    mail: options.mail ?? null,
    routes,
    visitor,
    as: async (email) => {
      const client = visitor()
      const answer = await client.post('/sign-in', { email, password: demoPassword })
      if (answer.statusCode !== 303) throw new Error(`${email} could not sign in: ${answer.statusCode}`)
      return client
    },
  }
}

type Form = Readonly<Record<string, string | readonly string[]>>

/** Asks as a browser does: with its cookies, and saying that the page is our own. */
export class Client {
  readonly #app: App
  readonly cookies = new Map<string, string>()
  /** Where its requests come from. */
  address: string

  constructor(app: App, address = '127.0.0.1') {
    this.#app = app
    this.address = address
  }

  get(url: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
    return this.#ask('GET', url, undefined, headers)
  }

  post(url: string, form: Form = {}, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
    const body = new URLSearchParams()
    for (const [name, value] of Object.entries(form))
      for (const one of Array.isArray(value) ? value : [value]) body.append(name, one)
    return this.#ask('POST', url, body.toString(), {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      ...headers,
    })
  }

  /** Follows a redirect to the page that it leads to. */
  async follow(answer: LightMyRequestResponse): Promise<LightMyRequestResponse> {
    const { location } = answer.headers
    if (!location) throw new Error(`No redirect: ${answer.statusCode} ${answer.body.slice(0, 200)}`)
    return this.get(String(location))
  }

  /** Any body, such as a form with its file. */
  send(
    method: 'POST',
    url: string,
    body: string,
    headers: Record<string, string>,
  ): Promise<LightMyRequestResponse> {
    return this.#ask(method, url, body, headers)
  }

  async #ask(
    method: 'GET' | 'POST',
    url: string,
    payload: string | undefined,
    headers: Record<string, string>,
  ) {
    const answer = await this.#app.inject({
      method,
      url,
      remoteAddress: this.address,
      headers: {
        // Each form has a key of its own, as in the page that a browser would have opened.
        ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
        ...headers,
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
      ...(payload === undefined ? {} : { payload }),
    })
    for (const { name, value } of answer.cookies)
      value ? this.cookies.set(name, value) : this.cookies.delete(name)
    // Two pages are the same but for the keys of their forms and the seconds left.
    return Object.defineProperty(answer, 'body', { value: withoutFormKeys(answer.body) })
  }
}

export const withoutFormKeys = (html: string): string =>
  html
    .replaceAll(/<input type="hidden" name="form_key" value="[\w-]+">/g, '')
    .replaceAll(/(\?|&amp;)form_key=[\w-]+/g, '')
    .replaceAll(/ data-seconds-left="\d+"/g, '')
