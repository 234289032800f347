/** `npm run bench`: common requests, each compared with a minimal implementation. `-- --quick` takes under a minute. */
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { openCourses } from '#server/courses/authoring/rendered-courses.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { type Learner, makeLearners } from './learners.ts'
import { type Ask, drive, median, percentile, type Round } from './load.ts'
import type { Order, Page, Ports } from './server.ts'
import { addHistory, addPeople, addPrograms, filling, supervisorOf } from './worlds.ts'

const isQuick = process.argv.includes('--quick')
const rounds = isQuick ? 3 : 7
const lanes = 16
const readers = isQuick ? 20 : 40
const answerersARound = isQuick ? 30 : 100
const team = 50

/** What Chromium sends. */
const browsersEncodings = 'gzip, deflate, br, zstd'

const project = path.join(import.meta.dirname, '..')
/** Rendering the courses takes longer than a round. */
const rendered = path.join(project, 'node_modules/.cache/bench')
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

type PageCase = Page &
  Readonly<{ name: string; aim: number /** Requests of one reader in a round. */; views: number }>

async function measure(db: Database, url: string, server: ChildProcess): Promise<void> {
  const { pages, learners } = await fill(db)
  const { product, reference } = await start(server, { url, pages })
  const results: Result[] = []
  const { rows } = await sql<{ version: string; fsync: string }>`
    select current_setting('server_version') as version, current_setting('fsync') as fsync`.execute(db)
  const { version, fsync } = rows[0]!
  console.log(`
${availableParallelism()} cores (load ${loadavg()[0]!.toFixed(1)}), Node ${process.versions.node}, PostgreSQL ${version} (fsync ${fsync}),
${lanes} at once, the median of ${rounds} rounds each, product and reference by turns

                              a second      median   95 of 100   processor`)
  for (const [n, page] of pages.entries()) {
    const { name, aim, path: address, views } = page
    const measured = await compare(server, (isOurs) => {
      const asks = viewsOf({ ...page, path: isOurs ? address : `/pages/${n}` }, views)
      const lists = Array.from({ length: readers }, () => asks)
      return drive({ port: isOurs ? product : reference, lanes, expected: 200, lists })
    })
    results.push(report(name, measured, aim))
  }
  const answering = await compare(server, (isOurs, round) => {
    const turn = learners.slice(round * answerersARound, (round + 1) * answerersARound)
    const lists = turn.map((one) => answers(one, isOurs ? one.address : '/answers'))
    return drive({ port: isOurs ? product : reference, lanes, expected: 303, lists })
  })
  results.push(report('Answer to a question', answering, 0.5))
  await assertKept(db, learners)
  if (!isQuick) write({ node: process.versions.node, postgres: version, results })
}

/** Learners with an open attempt, and a supervisor with a team. Statistics are collected, as they are in a real database. */
async function fill(db: Database) {
  await sql`create table bench_answers (id bigint generated always as identity primary key, answer jsonb not null,
    at timestamptz not null default now())`.execute(db)
  const { catalogue } = await openCourses(path.join(project, 'courses'), rendered)
  const course = catalogue.courses.get('residential-settings')!.current
  const module = course.modules[0]!
  const longest = module.lessons.reduce((a, b) => (b.html.length > a.html.length ? b : a))
  const lesson = `/courses/${course.slug}/${module.slug}/${longest.slug}`
  const [program] = (await addPrograms(db, 1)) as [string]
  await filling(db, async (trx) => {
    await addPeople(trx, course, [program], team)
    await addHistory(trx)
  })
  const { person_id: member } = await db
    .selectFrom('assignments')
    .select('person_id')
    .executeTakeFirstOrThrow()
  const { token } = await db.selectFrom('certificates').select('token').executeTakeFirstOrThrow()
  const staff = `sid=${await supervisorOf(db, program)}`
  // One extra round: the first one warms both up and isn't counted.
  const learners = await makeLearners(db, course, module, answerersARound * (rounds + 1))
  await sql`vacuum analyze`.execute(db)
  const { cookie } = learners[0]!
  const plain = { cookie, encoding: null }
  const pages: PageCase[] = [
    { name: 'Lesson page', path: lesson, ...plain, aim: 0.6, views: 50 },
    {
      name: 'Lesson page, compressed',
      path: lesson,
      cookie,
      encoding: browsersEncodings,
      aim: 0.4,
      views: 50,
    },
  ]
  if (!isQuick)
    pages.push(
      { name: 'My training', path: '/', ...plain, aim: 0.3, views: 10 },
      { name: 'Course page', path: `/courses/${course.slug}`, ...plain, aim: 0.3, views: 10 },
      { name: `Team of ${team}`, path: '/team', cookie: staff, encoding: null, aim: 0.3, views: 5 },
      {
        name: 'A person of the team',
        path: `/team/${member}`,
        cookie: staff,
        encoding: null,
        aim: 0.3,
        views: 10,
      },
      { name: 'Verify page', path: `/verify/${token}`, cookie: null, encoding: null, aim: 0.6, views: 20 },
    )
  return { pages, learners }
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

function viewsOf({ cookie, path, encoding }: Page, many: number): Ask[] {
  const accepted = encoding === null ? {} : { 'accept-encoding': encoding }
  return Array.from({ length: many }, () => {
    const sender = cookie === null ? { 'x-forwarded-for': anAddress() } : { cookie }
    return { method: 'GET', path, headers: { ...sender, ...accepted } }
  })
}

/** The verify page answers each address 120 times a minute. */
const anAddress = (): string => ['10', ...randomBytes(3)].join('.')

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

type Figures = Readonly<{ perSecond: number; median: number; late: number; processor: number }>
type Result = Readonly<{ name: string; aim: number; ratio: number; product: Figures; reference: Figures }>

function report(name: string, measured: Measured, aim: number): Result {
  const product = figuresOf(measured.product)
  const reference = figuresOf(measured.reference)
  const ratio = product.perSecond / reference.perSecond
  printRow(name, product)
  printRow('  bare reference', reference)
  console.log(`  ratio ${ratio.toFixed(2)} (aim ${aim}: ${ratio >= aim ? 'met' : 'missed'})\n`)
  return { name, aim, ratio: rounded(ratio), product, reference }
}

function figuresOf(rounds: readonly Costed[]): Figures {
  return {
    perSecond: Math.round(median(rounds.map((round) => round.perSecond))),
    median: rounded(median(rounds.map(({ times }) => percentile(times, 0.5)))),
    late: rounded(median(rounds.map(({ times }) => percentile(times, 0.95)))),
    processor: rounded(median(rounds.map((round) => round.processor))),
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

function printRow(name: string, { perSecond, median, late, processor }: Figures): void {
  const cells = [
    String(perSecond),
    `${median.toFixed(1)} ms`,
    `${late.toFixed(1)} ms`,
    `${processor.toFixed(2)} ms`,
  ]
  console.log(name.padEnd(26) + cells.map((cell) => cell.padStart(12)).join(''))
}

function write(run: Readonly<{ node: string; postgres: string; results: readonly Result[] }>): void {
  const to = path.join(import.meta.dirname, 'results')
  mkdirSync(to, { recursive: true })
  const machine = {
    at: new Date().toISOString(),
    cores: availableParallelism(),
    load: rounded(loadavg()[0]!),
  }
  writeFileSync(path.join(to, 'latest.json'), `${JSON.stringify({ ...machine, ...run }, null, 2)}\n`)
}
