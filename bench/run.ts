/** `npm run bench`: two common learner requests, each compared with a minimal implementation. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { type Learner, makeLearners } from './learners.ts'
import { type Ask, drive, median, percentile, type Round } from './load.ts'
import type { Order, Ports } from './server.ts'

const rounds = 7
const lanes = 16
const readersARound = 40
const viewsAReader = 50
const answerersARound = 100

const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-bench-'))
const postgres = await startEmbeddedPostgres(folder)
const { db } = connect(postgres.url)
const server = fork(path.join(import.meta.dirname, 'server.ts'))
try {
  await migrate(db)
  await measure(db, postgres.url, server)
} finally {
  if (server.connected) server.disconnect()
  if (server.exitCode === null) await once(server, 'exit')
  await db.destroy()
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function measure(db: Database, url: string, server: ChildProcess): Promise<void> {
  await sql`create table bench_answers (id bigint generated always as identity primary key, answer jsonb not null,
    at timestamptz not null default now())`.execute(db)
  const { catalogue } = loadCourses(path.join(import.meta.dirname, '../courses'))
  const course = catalogue.courses.get('residential-settings')!.current
  const module = course.modules[0]!
  const longest = module.lessons.reduce((a, b) => (b.html.length > a.html.length ? b : a))
  const lesson = `/courses/${course.slug}/${module.slug}/${longest.slug}`
  // One extra round: the first one warms both up and isn't counted.
  const learners = await makeLearners(db, course, module, answerersARound * (rounds + 1))
  const { product, reference } = await start(server, { url, lesson, cookie: learners[0]!.cookie })

  const readers = learners.slice(0, readersARound)
  const reading = await compare(server, (isOurs) => {
    const [port, address] = isOurs ? [product, lesson] : [reference, '/lesson']
    return drive({ port, lanes, expected: 200, lists: readers.map((one) => views(one, address)) })
  })
  const answering = await compare(server, (isOurs, round) => {
    const turn = learners.slice(round * answerersARound, (round + 1) * answerersARound)
    const lists = turn.map((one) => answers(one, isOurs ? one.address : '/answers'))
    return drive({ port: isOurs ? product : reference, lanes, expected: 303, lists })
  })
  await assertKept(db, learners)

  const { rows } = await sql<{ version: string; fsync: string }>`
    select current_setting('server_version') as version, current_setting('fsync') as fsync`.execute(db)
  const { version, fsync } = rows[0]!
  console.log(`
${availableParallelism()} cores, Node ${process.versions.node}, PostgreSQL ${version} (fsync ${fsync}),
${lanes} at once, the median of ${rounds} rounds each, product and reference by turns

                          a second      median   95 of 100   processor`)
  report('Lesson page, signed in', reading, 0.6)
  report('Answer to a question', answering, 0.5)
}

async function start(server: ChildProcess, order: Order): Promise<Ports> {
  server.send(order)
  const ended = once(server, 'exit').then(() => {
    throw new Error('The measured server did not start.')
  })
  const [ports] = await Promise.race([once(server, 'message'), ended])
  return ports
}

type Costed = Round & Readonly<{ /** Milliseconds of the server's processor a request. */ processor: number }>
type Measured = Readonly<{ product: readonly Costed[]; reference: readonly Costed[] }>

/** Alternates rounds of both, so that anything that slows the machine slows both. */
async function compare(
  server: ChildProcess,
  drive: (isOurs: boolean, round: number) => Promise<Round>,
): Promise<Measured> {
  const product: Costed[] = []
  const reference: Costed[] = []
  for (let round = 0; round <= rounds; round++)
    for (const isOurs of [false, true]) {
      const before = await processorTime(server)
      const driven = await drive(isOurs, round)
      const processor = ((await processorTime(server)) - before) / driven.times.length
      if (round > 0) (isOurs ? product : reference).push({ ...driven, processor })
    }
  return { product, reference }
}

async function processorTime(server: ChildProcess): Promise<number> {
  server.send('processor time')
  const [{ user, system }] = (await once(server, 'message')) as [NodeJS.CpuUsage]
  return (user + system) / 1000
}

function views({ cookie }: Learner, address: string): Ask[] {
  return Array.from({ length: viewsAReader }, () => ({ method: 'GET', path: address, headers: { cookie } }))
}

function answers({ cookie, answers }: Learner, address: string): Ask[] {
  return answers.map((body) => ({
    method: 'POST',
    path: address,
    headers: {
      cookie,
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      'idempotency-key': crypto.randomUUID(),
    },
    body,
  }))
}

/** Checks that every answer was saved and every attempt passed: a fast answer that was lost doesn't count. */
async function assertKept(db: Database, learners: readonly Learner[]): Promise<void> {
  const sent = learners.reduce((sum, one) => sum + one.answers.length, 0)
  const { rows } = await sql<{ kept: number; passed: number }>`
    select (select count(*) from attempt_answers) as kept,
      (select count(*) from attempt_results where is_passed) as passed`.execute(db)
  const { kept, passed } = rows[0]!
  if (kept !== sent || passed !== learners.length)
    throw new Error(
      `${kept} of ${sent} answers were saved; ${passed} of ${learners.length} attempts were passed.`,
    )
}

function report(what: string, { product, reference }: Measured, aim: number): void {
  const ratio = row(what, product) / row('  bare reference', reference)
  console.log(`  ratio ${ratio.toFixed(2)} (aim ${aim}: ${ratio >= aim ? 'met' : 'missed'})\n`)
}

function row(name: string, rounds: readonly Costed[]): number {
  const perSecond = median(rounds.map((round) => round.perSecond))
  const middle = median(rounds.map(({ times }) => percentile(times, 0.5)))
  const late = median(rounds.map(({ times }) => percentile(times, 0.95)))
  const processor = median(rounds.map((round) => round.processor))
  const cells = [
    perSecond.toFixed(0),
    `${middle.toFixed(1)} ms`,
    `${late.toFixed(1)} ms`,
    `${processor.toFixed(2)} ms`,
  ]
  console.log(name.padEnd(22) + cells.map((cell) => cell.padStart(12)).join(''))
  return perSecond
}
