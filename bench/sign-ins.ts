/** `npm run bench:sign-ins`: 1,000 people sign in within half a minute, as at a change of shift, while others read lessons. */
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { Pool } from 'undici'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { hashPassword } from '#server/people/passwords.ts'
import { makeLearners } from './learners.ts'
import { median, percentile } from './load.ts'
import type { Ports } from './server.ts'

const many = Number(process.argv[2] ?? 1000)
const withinSeconds = 30
const readers = 8
const offices = Array.from({ length: 20 }, (_, n) => `127.0.0.${n + 2}`)
const password = 'correct horse battery staple'

const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-bench-'))
const postgres = await startEmbeddedPostgres(folder)
const { db } = connect(postgres.url, 4)
const server = fork(path.join(import.meta.dirname, 'server.ts'), { execArgv: ['--max-semi-space-size=16'] })
try {
  await migrate(db)
  await measure()
} finally {
  if (server.connected) server.disconnect()
  if (server.exitCode === null) await once(server, 'exit')
  await db.destroy()
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function measure(): Promise<void> {
  const { catalogue } = loadCourses(path.join(import.meta.dirname, '../courses'))
  const course = catalogue.courses.get('residential-settings')!.current
  const module = course.modules[0]!
  const [reader] = await makeLearners(db, course, module, 1)
  const lesson = `/courses/${course.slug}/${module.slug}/${module.lessons[0]!.slug}`
  await addColleagues(db)
  await sql`vacuum analyze`.execute(db)
  server.send({ url: postgres.url, pages: [{ path: lesson, cookie: reader!.cookie, encoding: null }] })
  const [{ product }] = (await once(server, 'message')) as [Ports]
  const pools = offices.map(
    (localAddress) =>
      new Pool(`http://127.0.0.1:${product}`, { localAddress, connections: 50, pipelining: 1 }),
  )
  const pool = pools[0]!
  const read = () => timed(pool, { method: 'GET', path: lesson, headers: { cookie: reader!.cookie } }, 200)
  const alone = await reading(read, pause(5000))
  const began = performance.now()
  const storm = Promise.all(
    Array.from({ length: many }, (_, n) => signIn(pools[n % pools.length]!, n, began)),
  )
  const meanwhile = await reading(read, storm)
  const signIns = await storm
  for (const pool of pools) await pool.close()
  const times = signIns.map(({ seconds }) => seconds).sort((a, b) => a - b)
  console.log(`
${availableParallelism()} cores (load ${loadavg()[0]!.toFixed(1)}), Node ${process.versions.node}; ${many} people sign in within ${withinSeconds} s
all in after ${Math.max(...signIns.map(({ at }) => at)).toFixed(1)} s; one took ${median(times).toFixed(2)} s, 95 of 100 ${percentile(times, 0.95).toFixed(2)} s; ${signIns.filter(({ tries }) => tries > 1).length} were told to try again
lesson pages of others, 95 of 100: ${percentile(alone, 0.95).toFixed(0)} ms before, ${percentile(meanwhile, 0.95).toFixed(0)} ms meanwhile (${meanwhile.length} pages)`)
}

/** People with a password, who have signed in from here before. */
async function addColleagues(db: Database): Promise<void> {
  const hash = await hashPassword(password)
  const places = offices.map((office) => createHash('sha256').update(`place:${office}`).digest('hex'))
  await sql`
    with colleagues as (
      insert into people (name, email, password_hash)
      select 'Colleague ' || n, 'colleague' || n || '@bench.example', ${hash} from generate_series(0, ${many - 1}) n returning id)
    insert into known_places (person_id, place_hash, last_used_at)
    select id, place, now() from colleagues, unnest(${places}::text[]) place`.execute(db)
}

/** One person: at some moment they sign in, and where the service is busy they try again. */
async function signIn(pool: Pool, n: number, began: number) {
  await pause(Math.random() * withinSeconds * 1000)
  const start = performance.now()
  for (let tries = 1; ; tries++) {
    const { statusCode, headers, body } = await pool.request({
      method: 'POST',
      path: '/sign-in',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
        'idempotency-key': crypto.randomUUID(),
      },
      body: new URLSearchParams({ email: `colleague${n}@bench.example`, password }).toString(),
    })
    await body.dump({ limit: 10_000_000 })
    const now = performance.now()
    if (statusCode === 303) return { at: (now - began) / 1000, seconds: (now - start) / 1000, tries }
    if (statusCode !== 503) throw new Error(`A sign-in answered ${statusCode}.`)
    await pause(Number(headers['retry-after'] ?? 2) * 1000)
  }
}

/** Reads pages, each reader one after another with a moment between, until something has ended. */
async function reading(read: () => Promise<number>, until: Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = []
  let isOver = false
  const over = until.finally(() => {
    isOver = true
  })
  const lane = async () => {
    while (!isOver) {
      times.push(await read())
      await pause(200)
    }
  }
  await Promise.all([over, ...Array.from({ length: readers }, lane)])
  return times.sort((a, b) => a - b)
}

async function timed(pool: Pool, ask: Parameters<Pool['request']>[0], expected: number): Promise<number> {
  const start = performance.now()
  const { statusCode, body } = await pool.request(ask)
  await body.dump({ limit: 10_000_000 })
  if (statusCode !== expected) throw new Error(`${ask.path} answered ${statusCode}.`)
  return performance.now() - start
}
