/**
 * `npm run bench:law`: how often a second the law is asked about a person, and how long the scheduled pass takes: the people
 * whose standing changes on one day, and everyone under new rules. With a number, among that many people.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { installQueue } from '#server/db/queue-schema.ts'
import { addDays, dayOf } from '#server/lib/days.ts'
import { factsOfPeople, refreshStale } from '#server/standings/standings.actions.ts'
import { verdictsOf } from '#server/standings/verdicts.ts'
import { addPeople, addPrograms, filling } from './worlds.ts'

const many = Number(process.argv[2] ?? 20_000)
const peopleAProgram = 50
const years = 5
const statewide = 1_000_000

const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-bench-'))
const postgres = await startEmbeddedPostgres(folder)
const { db } = connect(postgres.url, 4)
try {
  await migrate(db)
  await installQueue(db)
  await measure(db)
} finally {
  await db.destroy()
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function measure(db: Database): Promise<void> {
  const { catalogue } = loadCourses(path.join(import.meta.dirname, '../courses'))
  const course = catalogue.courses.get('residential-settings')!.current
  const programs = await addPrograms(db, many / peopleAProgram)
  await filling(db, (trx) => addPeople(trx, course, programs, peopleAProgram, years))
  console.log(`
${availableParallelism()} cores (load ${loadavg()[0]!.toFixed(1)}), Node ${process.versions.node}; ${many} people with ${years} years of trainings`)
  await ask(db)
  const today = dayOf(new Date())
  await refreshStale(db, today)
  await pass(db, 'on an ordinary day', sql`next_change_on = ${today}`, many / 365)
  await pass(db, 'under new rules', sql`ruleset = 'earlier'`, many)
}

/** Every requirement, clearance, gap and next change of a person on a day, from facts that were read before. */
async function ask(db: Database): Promise<void> {
  const people = await db.selectFrom('people').select('id').limit(1000).execute()
  const today = dayOf(new Date())
  const { facts } = await factsOfPeople(
    db,
    people.map(({ id }) => id),
    today,
  )
  let asked = 0
  const [from, used] = [performance.now(), process.cpuUsage()]
  for (let day = 0; day < 10; day++)
    for (const [id, known] of facts) {
      verdictsOf(id, known, addDays(today, day * 40))
      asked++
    }
  const { user, system } = process.cpuUsage(used)
  const wall = (performance.now() - from) / 1000
  console.log(
    `The law: ${Math.round(asked / wall)} people a second, ${Math.round(asked / ((user + system) / 1e6))} a second of processor`,
  )
}

async function pass(
  db: Database,
  when: string,
  change: ReturnType<typeof sql>,
  limit: number,
): Promise<void> {
  await sql`update standing_passes set ${change} where person_id in (
    select person_id from standing_passes order by person_id limit ${Math.ceil(limit)})`.execute(db)
  const [from, used] = [performance.now(), process.cpuUsage()]
  const refreshed = await refreshStale(db, dayOf(new Date()))
  const { user, system } = process.cpuUsage(used)
  const each = (performance.now() - from) / refreshed
  console.log(
    `The pass ${when}: ${refreshed} people, ${each.toFixed(2)} ms each (${((user + system) / 1000 / refreshed).toFixed(2)} ms of processor here), ` +
      `so ${Math.round((each * (statewide * (refreshed / many))) / 1000)} s among ${statewide.toLocaleString('en-US')}`,
  )
}
