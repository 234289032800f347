/**
 * `npm run bench:imports`: a roster file of 10,000 rows, checked and saved, against the same rows inserted as they are.
 * With numbers (`-- 20000 1`), of as many rows, in as many rounds. On a busy machine the processor time says more.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { sql } from 'kysely'
import { readConfig } from '#server/config.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { installQueue } from '#server/db/queue-schema.ts'
import { fillDemo } from '#server/demo/fill.ts'
import { onlyTry } from '#server/jobs/workers.ts'
import { addDays, type Day, dayOf } from '#server/lib/days.ts'
import { findAccountByEmail, findAsViewer } from '#server/people/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { applyImport } from '#server/programs/imports/import-apply.actions.ts'
import { checkImport } from '#server/programs/imports/import-check.actions.ts'
import { resumeImport, startImport } from '#server/programs/imports/imports.actions.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import { median } from './load.ts'

const many = Number(process.argv[2] ?? 10_000)
const rounds = Number(process.argv[3] ?? 3)
const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-bench-'))
const postgres = await startEmbeddedPostgres(folder)
const { db } = connect(postgres.url, 4)
const now = new Date()
// A hire further back would wait for a second person.
const hiredOn = addDays(dayOf(now), -7)
try {
  await migrate(db)
  await installQueue(db)
  await fillDemo(db, { residential: null, issuer: readConfig({}) }, now)
  const rae = await findAccountByEmail(db, 'rae@northstar.example')
  const viewer = (await findAsViewer(db, rae!.id))!
  const program = viewer.administered_program_ids[0]!
  const checks: number[] = []
  const saves: number[] = []
  const processor: number[] = []
  const bare: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = processorSeconds()
    const { checked, saved } = await throughTheProduct(db, viewer, program, csv(`p${round}`))
    checks.push(checked)
    saves.push(saved)
    processor.push(processorSeconds() - before)
    bare.push(await asTheyAre(db, program, csv(`b${round}`)))
  }
  const [check, save, insert] = [median(checks), median(saves), median(bare)]
  console.log(
    `${availableParallelism()} cores, Node ${process.versions.node}; ${many} rows, ${rounds} rounds`,
  )
  console.log(
    `checked in ${seconds(check)}, saved in ${seconds(save)}; inserted as they are in ${seconds(insert)}`,
  )
  console.log(`processor for both, here and in PostgreSQL: ${median(processor).toFixed(1)} s`)
  console.log(`ratio ${((check + save) / insert).toFixed(1)}`)
} finally {
  await db.destroy()
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}

function csv(prefix: string): string {
  const rows = Array.from(
    { length: many },
    (_, n) => `Person ${n},${prefix}-${n}@bench.example,employee,Youth worker,${hiredOn},${hiredOn}`,
  )
  return ['Name,Email,Worker type,Role title,Hired on,Direct contact from', ...rows].join('\r\n')
}

async function throughTheProduct(db: Database, viewer: Viewer, program: string, text: string) {
  const file = { name: 'roster.csv', bytes: Buffer.from(text) }
  const started = await startImport(db, { viewer, now }, program, file)
  if (started.kind !== 'started') throw new Error(started.kind)
  const job = { importId: started.id, personId: viewer.id }
  const begun = performance.now()
  await checkImport(db, job, onlyTry, now)
  const checked = performance.now()
  await resumeImport(db, { viewer, now }, program, started.id, 'applying')
  const afterChange = (trx: Parameters<typeof refreshStandings>[0], people: readonly string[], at: Date) =>
    refreshStandings(trx, people, dayOf(at))
  await applyImport({ db, afterChange }, job, onlyTry, now)
  const { state } = await db
    .selectFrom('roster_imports')
    .select('state')
    .where('id', '=', started.id)
    .executeTakeFirstOrThrow()
  if (state !== 'applied') throw new Error(`The file is ${state}.`)
  return { checked: checked - begun, saved: performance.now() - checked }
}

type Row = Readonly<{ name: string; email: string; role_title: string; on: Day }>

/** The same rows with nothing checked, compared, told or recorded: the least that a file can cost. */
async function asTheyAre(db: Database, program: string, text: string): Promise<number> {
  const begun = performance.now()
  const [, ...lines] = parse(text) as string[][]
  const rows: Row[] = lines.map(([name = '', email = '', , role_title = '', on = '']) => ({
    name,
    email,
    role_title,
    on: on as Day,
  }))
  await db.transaction().execute((trx) =>
    sql`
      with file as (select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          as r(name text, email text, role_title text, "on" date)),
        person as (insert into people (name, email) select name, email from file returning id, email),
        work as (insert into assignments (person_id, program_id, worker_type, role_title, hired_on)
          select p.id, ${program}::uuid, 'employee', f.role_title, f.on from file f join person p using (email)
          returning assignment_id, hired_on)
      insert into contact_periods (assignment_id, from_on) select assignment_id, hired_on from work`.execute(
      trx,
    ),
  )
  return performance.now() - begun
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}

/** Of this process and of PostgreSQL's, as far as they still run. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  const [postmaster] = readFileSync(path.join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')
  return (user + system) / 1_000_000 + readdirSync('/proc').reduce((sum, pid) => sum + ofPostgres(pid), 0)

  function ofPostgres(pid: string): number {
    if (!/^\d+$/.test(pid)) return 0
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
      return fields[1] === postmaster ? (Number(fields[11]) + Number(fields[12])) / 100 : 0
    } catch {
      return 0
    }
  }
}
