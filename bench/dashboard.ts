/** `npm run bench:dashboard`: a supervisor's page for 1,000 people, alone and among 1,000,000 in 20,000 programs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { buildApp } from '#server/app.ts'
import { readConfig } from '#server/config.ts'
import { loadCourses } from '#server/courses/authoring/load.ts'
import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { addDays, dayOf } from '#server/lib/days.ts'
import { rulesRevision } from '#server/standings/rules-revision.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import { listStalePeople } from '#server/standings/stored.queries.ts'
import { median } from './load.ts'
import { addPeople, addPrograms, filling, supervisorOf } from './worlds.ts'

const rounds = 31
const team = 1000
const others = { programs: 20_000, people: 50 }

const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-bench-'))
const postgres = await startEmbeddedPostgres(folder, { durable: false })
const { catalogue } = loadCourses(path.join(import.meta.dirname, '../courses'))
const course = catalogue.courses.get('residential-settings')!.current
try {
  await measure()
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function measure(): Promise<void> {
  const begun = Date.now()
  const alone = await aWorld('alone', { programs: 0, people: 0 })
  const among = await aWorld('among', others)
  const { rows } = await sql<{
    version: string
  }>`select current_setting('server_version') as version`.execute(among.db)
  console.log(`
${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}, Node ${process.versions.node}, PostgreSQL ${rows[0]!.version}; the worlds were filled in ${seconds(begun)} s
The page over ${team} people, whole, by turns in both worlds, the median of ${rounds}; ${await alone.statements()} statements
`)
  const times = { alone: [] as number[], among: [] as number[] }
  // One extra round that isn't counted warms both up.
  for (let round = 0; round <= rounds; round++)
    for (const world of [alone, among]) {
      const time = await world.page()
      if (round > 0) times[world.name].push(time)
    }
  console.log(`alone   ${median(times.alone).toFixed(1)} ms
among   ${median(times.among).toFixed(1)} ms
ratio   ${(median(times.among) / median(times.alone)).toFixed(2)} (aim: below 1.5)
`)
  await measurePass(among.db)
  for (const world of [alone, among]) await world.close()
}

/** The scheduled refresh: the time to find the next people whose result changed and to recalculate it. */
async function measurePass(db: Database): Promise<void> {
  const today = dayOf(new Date())
  const tomorrow = addDays(today, 1)
  const finds: number[] = []
  const renewals: number[] = []
  for (let batch = 0; batch < 5; batch++) {
    const start = performance.now()
    const ids = await listStalePeople(db, tomorrow, rulesRevision, 500)
    const found = performance.now()
    await db.transaction().execute((trx) => refreshStandings(trx, ids, tomorrow))
    finds.push(found - start)
    renewals.push((performance.now() - found) / Math.max(1, ids.length))
  }
  const otherRules = performance.now()
  await listStalePeople(db, today, 'another', 500)
  const byRules = performance.now() - otherRules
  console.log(`The refresh finds the next 500 by their day in ${median(finds).toFixed(1)} ms, by their rules in ${byRules.toFixed(1)} ms; computes and
stores a person in ${median(renewals).toFixed(2)} ms`)
}

async function aWorld(name: 'alone' | 'among', { programs, people }: typeof others) {
  const url = postgres.url.replace(/[^/]+$/, name)
  const owner = connect(postgres.url, 1).db
  await sql`create database ${sql.ref(name)}`.execute(owner)
  await owner.destroy()
  const { db } = connect(url, 4)
  await migrate(db)
  const [program] = (await addPrograms(db, 1)) as [string]
  await fill(db, course, program, await addPrograms(db, programs), people)
  const cookie = `sid=${await supervisorOf(db, program)}`
  const app = await buildApp({
    db,
    catalogue,
    mail: null,
    clock: () => new Date(),
    config: readConfig({ DATA_DIR: folder, SECOND_FACTOR: 'optional' }),
    isDemo: false,
  })
  const get = async () => {
    const start = performance.now()
    const { statusCode, body } = await app.inject({ url: '/team', headers: { cookie } })
    if (statusCode !== 200 || !body.includes(`${team.toLocaleString('en-US')} people`))
      throw new Error(`The page answered ${statusCode}.`)
    return performance.now() - start
  }
  return {
    name,
    db,
    page: get,
    statements: () => countStatements(db, get),
    close: async () => {
      await app.close()
      await db.destroy()
    },
  }
}

/** The team's people are added in twenty batches between those of others, as happens over the years. */
async function fill(
  db: Database,
  text: CourseVersion,
  program: string,
  programs: readonly string[],
  people: number,
) {
  const parts = 20
  await filling(db, async (trx) => {
    for (let part = 0; part < parts; part++) {
      await addPeople(trx, text, [program], team / parts)
      const some = programs.slice((part * programs.length) / parts, ((part + 1) * programs.length) / parts)
      if (some.length > 0) await addPeople(trx, text, some, people)
    }
  })
}

async function countStatements(db: Database, act: () => Promise<unknown>): Promise<number> {
  const executor = db.getExecutor()
  const original = executor.executeQuery.bind(executor)
  let count = 0
  executor.executeQuery = (async (...given: Parameters<typeof original>) => {
    // Don't count the service's scheduled jobs.
    if (!given[0].sql.includes('review_packets')) count++
    return original(...given)
  }) as typeof executor.executeQuery
  try {
    await act()
  } finally {
    executor.executeQuery = original
  }
  return count
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 1000)
}
