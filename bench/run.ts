/** `npm run bench`: two things that learners do all day, each against the least that could do the same. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { loadCourses } from '#server/courses/load.ts'
import { connect } from '#server/db/connection.ts'
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
await migrate(db)
await sql`create table bench_answers (id bigint generated always as identity primary key, answer jsonb not null,
  at timestamptz not null default now())`.execute(db)
const course = loadCourses(path.join(import.meta.dirname, '../courses')).catalogue.courses.get(
  'residential-settings',
)!.current
const module = course.modules[0]!
const longest = module.lessons.reduce((a, b) => (b.html.length > a.html.length ? b : a))
const lesson = `/courses/${course.slug}/${module.slug}/${longest.slug}`
// One round more than is counted: the first one warms both up.
const learners = await makeLearners(db, course, module, answerersARound * (rounds + 1))

const server = fork(path.join(import.meta.dirname, 'server.ts'))
const { id: personId } = await db.selectFrom('people').select('id').limit(1).executeTakeFirstOrThrow()
const order: Order = { url: postgres.url, lesson, cookie: learners[0]!.cookie, personId }
server.send(order)
const [{ product, reference }] = (await once(server, 'message')) as [Ports]

const readers = learners.slice(0, readersARound)
const reading = await compare(
  () =>
    drive(
      product,
      lanes,
      readers.map((one) => views(one, lesson)),
      200,
    ),
  () =>
    drive(
      reference,
      lanes,
      readers.map((one) => views(one, '/lesson')),
      200,
    ),
)
const answering = await compare(
  (round) =>
    drive(
      product,
      lanes,
      turnOf(round).map((one) => answers(one, one.address)),
      303,
    ),
  (round) =>
    drive(
      reference,
      lanes,
      turnOf(round).map((one) => answers(one, '/answers')),
      303,
    ),
)
await assertKept()

const { rows } = await sql<{ server_version: string; fsync: string }>`
  select current_setting('server_version') as server_version, current_setting('fsync') as fsync`.execute(db)
console.log(
  `\n${availableParallelism()} cores, Node ${process.versions.node}, PostgreSQL ${rows[0]!.server_version} (fsync ${rows[0]!.fsync}),`,
)
console.log(`${lanes} at once, the median of ${rounds} rounds each, product and reference by turns\n`)
console.log('                          a second     median    95 of 100    processor')
report('Lesson page, signed in', reading, 0.6)
report('Answer to a question', answering, 0.5)

server.disconnect()
await once(server, 'exit')
await db.destroy()
await postgres.stop()
rmSync(folder, { recursive: true, force: true })

type Costed = Round & Readonly<{ /** Milliseconds of the server's processor a request. */ processor: number }>
type Measured = Readonly<{ product: readonly Costed[]; reference: readonly Costed[] }>

/** A round of one, a round of the other, and so on: what slows the machine down for a while slows both. */
async function compare(
  ours: (round: number) => Promise<Round>,
  bare: (round: number) => Promise<Round>,
): Promise<Measured> {
  await bare(0)
  await ours(0)
  const product: Costed[] = []
  const reference: Costed[] = []
  for (let round = 1; round <= rounds; round++) {
    reference.push(await costed(() => bare(round)))
    product.push(await costed(() => ours(round)))
  }
  return { product, reference }
}

async function costed(drive: () => Promise<Round>): Promise<Costed> {
  const before = await processorTime()
  const round = await drive()
  return { ...round, processor: ((await processorTime()) - before) / round.times.length }
}

async function processorTime(): Promise<number> {
  server.send('processor time')
  const [{ user, system }] = (await once(server, 'message')) as [NodeJS.CpuUsage]
  return (user + system) / 1000
}

function turnOf(round: number): readonly Learner[] {
  return learners.slice(round * answerersARound, (round + 1) * answerersARound)
}

function views({ cookie }: Learner, address: string): Ask[] {
  return Array.from({ length: viewsAReader }, () => ({ method: 'GET', path: address, headers: { cookie } }))
}

function answers({ cookie, answers }: Learner, address: string): Ask[] {
  const headers = {
    cookie,
    'content-type': 'application/x-www-form-urlencoded',
    'sec-fetch-site': 'same-origin',
  }
  return answers.map((body) => ({ method: 'POST', path: address, headers, body }))
}

/** A fast answer that was not taken would count for nothing: every one sent is there, and every attempt is passed. */
async function assertKept(): Promise<void> {
  const sent = learners.reduce((sum, one) => sum + one.answers.length, 0)
  const { rows } = await sql<{ kept: number; passed: number }>`
    select (select count(*) from attempt_answers) as kept,
      (select count(*) from attempt_results where is_passed) as passed`.execute(db)
  if (rows[0]!.kept !== sent || rows[0]!.passed !== learners.length)
    throw new Error(
      `Of ${sent} answers ${rows[0]!.kept} are kept, of ${learners.length} attempts ${rows[0]!.passed} passed.`,
    )
}

function report(what: string, { product, reference }: Measured, aim: number): void {
  const line = (name: string, of: readonly Costed[]) => {
    const speed = median(of.map(({ perSecond }) => perSecond))
    const middle = median(of.map(({ times }) => percentile(times, 0.5)))
    const processor = median(of.map((round) => round.processor))
    const late = median(of.map(({ times }) => percentile(times, 0.95)))
    const cells = [
      speed.toFixed(0),
      `${middle.toFixed(1)} ms`,
      `${late.toFixed(1)} ms`,
      `${processor.toFixed(2)} ms`,
    ]
    console.log(name.padEnd(22) + cells.map((cell) => cell.padStart(12)).join(''))
    return speed
  }
  const ratio = line(what, product) / line('  bare reference', reference)
  console.log(`  ratio ${ratio.toFixed(2)} (aim ${aim}: ${ratio >= aim ? 'met' : 'missed'})\n`)
}
