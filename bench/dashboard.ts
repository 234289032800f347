import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { dayOf } from '#server/lib/days.ts'
import { listTeam } from '#server/oversight/queries.ts'
import { counts, filtered } from '#server/oversight/team.ts'

// The supervisor's page over 1,000 people of one program, alone in the database and then among 1,000,000 people in
// 20,000 programs: how much slower does the same page become? `npm run bench:dashboard`.
const rounds = 15
const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-bench-'))
const postgres = await startEmbeddedPostgres(folder, { durable: false })
const { db } = connect(postgres.url, 4)
try {
  await migrate(db)
  const program = await addPrograms(db, 1, 1000)
  await sql`analyze`.execute(db)
  const alone = await median(db, program)
  const started = Date.now()
  for (let n = 0; n < 20; n++) await addPrograms(db, 1000, 50)
  await sql`analyze`.execute(db)
  console.log(
    `1,000,000 more people in 20,000 more programs, put in within ${Math.round((Date.now() - started) / 1000)} s`,
  )
  const among = await median(db, program)
  console.log(`alone   ${alone.toFixed(1)} ms a page's rows and numbers (median of ${rounds})`)
  console.log(`among   ${among.toFixed(1)} ms`)
  console.log(`ratio   ${(among / alone).toFixed(2)} (aim: below 1.5)`)
} finally {
  await db.destroy()
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}

/** Programs with so many people each, every one with work, contact, stored standings and a clearance; returns the first. */
async function addPrograms(on: Database, programs: number, people: number): Promise<string> {
  return on.transaction().execute(async (trx) => {
    // Rows that are right by construction: checking each reference would be most of the time.
    await sql`set local session_replication_role = replica`.execute(trx)
    const { rows } = await sql<{ id: string }>`
    with holder as (insert into license_holders (name) values ('Bench') returning id),
    added as (insert into programs (holder_id, kind) select holder.id, 'licensed' from holder, generate_series(1, ${programs}) returning id),
    named as (insert into program_details (program_id, name, from_on) select id, 'Program ' || left(id::text, 8), '2020-01-01' from added),
    staff as (select gen_random_uuid() as person_id, added.id as program_id from added, generate_series(1, ${people})),
    persons as (insert into people (id, name, email) select person_id, 'Person ' || left(person_id::text, 8), person_id || '@bench.example' from staff returning id),
    work as (insert into assignments (person_id, program_id, worker_type, hired_on)
      select person_id, program_id, 'employee', '2024-01-01' from staff returning assignment_id),
    contact as (insert into contact_spells (assignment_id, from_on) select assignment_id, '2024-02-01' from work),
    passes as (insert into standing_passes select person_id, 'bench', current_date, current_date + 30 from staff),
    cleared as (insert into clearances select person_id, program_id, 'yes', current_date + 30, 'Yes.', 'in' from staff),
    stood as (insert into standings select person_id, program_id, r, 'current', current_date + 30, '2024-01-20', 0, false, 'R4'
      from staff, unnest(array['residential-initial', 'residential-annual']) r)
    select id from added limit 1`.execute(trx)
    return rows[0]?.id ?? ''
  })
}

async function median(on: Database, program: string): Promise<number> {
  const today = dayOf(new Date())
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    const rows = await listTeam(on, [program], today)
    counts(rows, today)
    filtered(rows, { group: null, search: '', sort: 'due', page: 1 }, today)
    times.push(performance.now() - start)
  }
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0
}
