/**
 * Rehearses the loss of machines on one machine: three web processes behind HAProxy, a Patroni cluster of two PostgreSQL
 * servers with a synchronous standby, and learners who answer meanwhile. Linux, as root, with Debian's packages:
 * apt-get install haproxy etcd-server patroni postgresql-15 pgbouncer. Then: node ops/drill/run.ts [learners] [--pgbouncer]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { sql } from 'kysely'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { connect } from '#server/db/connection.ts'
import * as database from './database.ts'
import { aboutToFinish, answerAll, checkKept } from './learners.ts'
import { type Program, signal, startProgram, until } from './machine.ts'

const learners = Number(process.argv[2] ?? 200)
/** The web processes reach the database by way of PgBouncer. */
const isPooled = process.argv.includes('--pgbouncer')
/** Seconds between two answers of one learner, on average. */
const pause = 2_000
const webPort = 8080
const appPorts = [8081, 8082, 8083] as const
const project = path.join(import.meta.dirname, '../..')
const web = `http://127.0.0.1:${webPort}`

/** What a connection by way of a pooler can't set itself: docs/operations.md. */
const roleSettings = [
  "timezone = 'UTC'",
  "lock_timeout = '10s'",
  "statement_timeout = '30s'",
  "idle_in_transaction_session_timeout = '60s'",
]

const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-drill-'))
const programs = new Map<string, Program>()
const start = (program: Program) => programs.set(program.name, program)
const kill = async (name: string, how: NodeJS.Signals = 'SIGKILL') => {
  const program = programs.get(name)!
  signal(program, how)
  await program.ended
  programs.delete(name)
}

const startApp = (port: number) => {
  mkdirSync(path.join(folder, `app${port}`), { recursive: true })
  start(
    startProgram(`app${port}`, [process.execPath, path.join(project, 'server/main.ts')], folder, {
      DATABASE_URL: isPooled ? database.pooledUrl : database.databaseUrl,
      DATABASE_REPLICA_URL: database.replicaUrl,
      DATA_DIR: path.join(folder, `app${port}`),
      KEYS_FILE: path.join(folder, 'keys.json'),
      PORT: String(port),
      BASE_URL: web,
      TRUSTED_PROXY: '127.0.0.1',
      SECOND_FACTOR: 'optional',
      LOG_LEVEL: 'warn',
    }),
  )
}
const isUp = (port: number) => async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok
const appUp = (port: number) => until(isUp(port), `a web process on port ${port}`)

let exitCode = 0
try {
  await setUp()
  await rehearse()
} catch (error) {
  exitCode = 1
  console.error(error, `\nThe logs are in ${folder}.`)
} finally {
  for (const program of programs.values()) signal(program, 'SIGKILL')
  await Promise.all([...programs.values()].map(({ ended }) => ended))
  database.takeUpNetwork()
  if (exitCode === 0) rmSync(folder, { recursive: true, force: true })
}
process.exit(exitCode)

async function setUp(): Promise<void> {
  database.layNetwork()
  start(database.startEtcd(folder))
  for (const node of database.nodes) start(database.startNode(node, folder))
  await database.isWhole()
  start(database.startProxy(folder, webPort, appPorts))
  await after(2000)
  if (isPooled) {
    const { db } = connect(database.databaseUrl, 1)
    for (const setting of roleSettings)
      await sql.raw(`alter role ${database.superuser.name} set ${setting}`).execute(db)
    await db.destroy()
    start(database.startPgBouncer(folder))
    await after(1000)
  }
  // One after another: the first one makes the schema and the signing keys.
  for (const port of appPorts) {
    startApp(port)
    await appUp(port)
  }
  await until(isUp(webPort), 'HAProxy passes requests on')
}

async function rehearse(): Promise<void> {
  const { catalogue } = loadCourses(path.join(project, 'courses'))
  const course = catalogue.courses.get('residential-settings')!.current
  const { db } = connect(database.databaseUrl, 4)
  let answers = 0
  let people = 0
  console.log(`${learners} learners, load ${loadavg()[0]!.toFixed(1)}\n`)
  for (const [what, happen] of events()) {
    const team = await aboutToFinish(db, course, learners)
    const answering = answerAll(web, team, pause)
    await after(5_000)
    const recovered = await happen()
    const told = await answering
    answers += told.acknowledged
    people += learners
    await database.isWhole()
    await checkKept(db, answers, people)
    console.log(
      `${what}: ${told.acknowledged} answers acknowledged, 0 lost, 0 doubled, ${learners} certificates without a gap; ${told.again} sent again; nothing acknowledged for at most ${told.longestSilence.toFixed(1)} s; whole again after ${recovered.toFixed(1)} s`,
    )
  }
  await db.destroy()
}

/** What happens while learners answer. Each returns after how many seconds all was as before. */
function events(): readonly (readonly [string, () => Promise<number>])[] {
  return [
    ['Nothing', async () => 0],
    [
      'A web process is killed',
      async () => {
        const [port] = appPorts
        await kill(`app${port}`)
        startApp(port)
        return appUp(port)
      },
    ],
    [
      'The primary is killed',
      async () => {
        const node = (await database.primary())!
        database.pullThePlug(node)
        await kill(node)
        const seconds = await until(
          async () => (await database.primary()) === database.other(node),
          'the standby takes over',
        )
        start(database.startNode(node, folder))
        return seconds + (await database.isWhole())
      },
    ],
    [
      'The wire between primary and standby is cut for 20 seconds',
      async () => {
        database.cutWire()
        await after(20_000)
        database.joinWire()
        return database.isWhole()
      },
    ],
    [
      'Everything is restarted in a row',
      async () => {
        const from = performance.now()
        for (const port of appPorts) {
          await kill(`app${port}`, 'SIGTERM')
          startApp(port)
          await appUp(port)
        }
        for (const node of database.nodes) {
          await kill(node, 'SIGTERM')
          start(database.startNode(node, folder))
          await database.isWhole()
        }
        return (performance.now() - from) / 1000
      },
    ],
  ]
}
