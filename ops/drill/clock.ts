/**
 * Sets the clock of the running service and of its database forward and back, by hours and by a day, and tells what
 * becomes of sessions, jobs and ledger heads. Linux, as root, with Debian's packages: apt-get install faketime
 * postgresql-15. Then: node ops/drill/clock.ts
 */
import { randomUUID } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { connect } from '#server/db/connection.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { checkLedger } from '#server/ledger/checking.ts'
import { placeEntries } from '#server/ledger/placing.actions.ts'
import { listEntries } from '#server/ledger/queries.ts'
import { type Program, sh, signal, startProgram, until } from './machine.ts'

const bin = '/usr/lib/postgresql/15/bin'
const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'
const [databasePort, webPort] = [5467, 3467]
const url = `postgres://postgres@127.0.0.1:${databasePort}/postgres`
const address = `http://127.0.0.1:${webPort}`
const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-clock-'))
const clockFile = path.join(folder, 'clock')
/** Timers go on as they do on a machine whose clock is set. */
const faked = {
  LD_PRELOAD: library,
  FAKETIME_TIMESTAMP_FILE: clockFile,
  FAKETIME_NO_CACHE: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  DONT_FAKE_MONOTONIC: '1',
}
const hour = 3_600_000
const programs: Program[] = []
let renamed = 0

chmodSync(folder, 0o755)
writeFileSync(clockFile, '+0')
try {
  startDatabase()
  const { db } = connect(url, 2)
  await until(async () => Boolean(await sql`select 1`.execute(db)), 'the database is up')
  await startDemonstration()
  await until(async () => (await fetch(`${address}/readyz`)).ok, 'the service is ready', 300)
  console.log('| clock | session before | signs in | a job runs after | a head is signed after |')
  let cookie = await signIn()
  const steps = [
    ['as it is', 0],
    ['3 hours forward', 3 * hour],
    ['3 hours back', 0],
    ['a day forward', 24 * hour],
    ['a day back', 0],
  ] as const
  for (const [step, [name, offset]] of steps.entries()) {
    // Each step at minutes that no step before it had.
    setClock(offset + step * 600_000)
    const before = (await isOpen(cookie)) ? 'goes on' : 'is over'
    cookie = await signIn()
    const heads = await count('ledger_heads')
    const jobs = await count('draw-certificates')
    await rename(cookie)
    const job = await until(async () => (await count('draw-certificates')) > jobs, 'the job ran', 300)
    const head = await until(async () => (await count('ledger_heads')) > heads, 'a head is signed', 900)
    console.log(`| ${name} | ${before} | yes | ${job.toFixed(0)} s | ${head.toFixed(0)} s |`)
  }
  await placeEntries(db)
  const problem = checkLedger(await listEntries(db), null)
  if (problem) throw new Error(`The ledger: ${JSON.stringify(problem)}`)
  console.log('The ledger is whole.')
  await db.destroy()

  async function count(what: string): Promise<number> {
    const { rows } = await sql<{ many: number }>`
      select (case when ${what} = 'ledger_heads' then (select count(*) from ledger_heads)
        else (select count(*) from pgboss.job where name = ${what} and state = 'completed') end)::int as many`.execute(
      db,
    )
    return rows[0]!.many
  }
} finally {
  for (const program of programs.toReversed()) {
    signal(program, 'SIGINT')
    await program.ended
  }
  rmSync(folder, { recursive: true, force: true })
}

/**
 * Heads are signed by the clock at :07, :17 and so on. The clock is set to half a minute before one of these, up to ten
 * minutes later than asked for, so that the drill needn't wait.
 */
function setClock(offset: number): void {
  const at = Date.now() + offset
  const next = Math.ceil((at - 6.5 * 60_000) / 600_000) * 600_000 + 6.5 * 60_000
  const seconds = Math.round((next - Date.now()) / 1000)
  writeFileSync(clockFile, `${seconds < 0 ? '' : '+'}${seconds}`)
}

function startDatabase(): void {
  const asPostgres = ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] as const
  const home = path.join(folder, 'database')
  mkdirSync(home)
  chownSync(home, Number(sh('id', '-u', 'postgres')), Number(sh('id', '-g', 'postgres')))
  const data = path.join(home, 'data')
  sh(...asPostgres, `${bin}/initdb`, '-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8')
  const settings = ['listen_addresses=127.0.0.1', `port=${databasePort}`, `unix_socket_directories=${home}`]
  const args = settings.flatMap((setting) => ['-c', setting])
  // Only PostgreSQL itself, as its own user: what runs as root before it would keep the clock's lock to itself.
  const withClock = ['env', ...Object.entries(faked).map(([name, value]) => `${name}=${value}`)]
  programs.push(
    startProgram('postgres', [...asPostgres, ...withClock, `${bin}/postgres`, '-D', data, ...args], folder),
  )
}

/** Fills in the demonstration's people, one of whom signs in, and starts the service. */
async function startDemonstration(): Promise<void> {
  const settings = { ...faked, PORT: String(webPort), DATABASE_URL: url, DATA_DIR: path.join(folder, 'data') }
  const node = (name: string, file: string) =>
    startProgram(name, [process.execPath, path.join(import.meta.dirname, '../..', file)], folder, settings)
  await node('demonstration', 'server/cli/demo.ts').ended
  programs.push(node('service', 'server/main.ts'))
}

async function signIn(): Promise<string> {
  const answer = await post('/sign-in', { email: 'ada@northstar.example', password: demoPassword, next: '' })
  const cookie = answer.headers.getSetCookie().find((one) => one.startsWith('sid='))
  if (!cookie) throw new Error(`Signing in was answered with ${answer.status}.`)
  return cookie.split(';')[0]!
}

async function isOpen(cookie: string): Promise<boolean> {
  return (await fetch(`${address}/account`, { headers: { cookie }, redirect: 'manual' })).status === 200
}

/** Leaves a row in the ledger, and asks for certificates that waited for a name. */
async function rename(cookie: string): Promise<void> {
  const answer = await post('/account/name', { name: `Ada Number ${++renamed}`, pronunciation: '' }, cookie)
  if (answer.status !== 303) throw new Error(`The new name was answered with ${answer.status}.`)
}

function post(to: string, form: Readonly<Record<string, string>>, cookie = ''): Promise<Response> {
  return fetch(address + to, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, 'sec-fetch-site': 'same-origin', 'idempotency-key': randomUUID() },
    body: new URLSearchParams(form),
  })
}
