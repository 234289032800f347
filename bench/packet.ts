/** `npm run bench:packet`: makes a review packet over HTTP and measures another page at the same time. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { readConfig } from '#server/config.ts'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { fillDemo, insertCompletion } from '#server/demo/fill.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { addDays, addMonths, dayOf } from '#server/lib/days.ts'
import { startService, Visitor } from '#test/support/service.ts'
import { percentile } from './load.ts'

const many = Number(process.argv[2] ?? 500)
const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-bench-'))
const postgres = await startEmbeddedPostgres(folder)
const { db } = connect(postgres.url, 4)
const now = new Date()
const today = dayOf(now)
try {
  await migrate(db)
  const { catalogue } = loadCourses(path.join(import.meta.dirname, '../courses'))
  const residential = catalogue.courses.get('residential-settings') ?? null
  const issuer = readConfig({})
  await fillDemo(db, { residential, issuer }, now)
  // Start before adding people, so that scheduled jobs find nothing to do.
  const service = await startService({
    DATABASE_URL: postgres.url,
    DATA_DIR: folder,
    BASE_URL: issuer.baseUrl,
  })
  try {
    const programId = await addPeople(db)
    const lee = new Visitor(service.address)
    const ada = new Visitor(service.address)
    await lee.post('/sign-in', { email: 'lee@licensing.example', password: demoPassword })
    await ada.post('/sign-in', { email: 'ada@northstar.example', password: demoPassword })
    await lee.post(`/licensing/programs/${programId}/reviews`, { purpose: 'Bench' })
    const { id: review } = await db.selectFrom('reviews').select('id').executeTakeFirstOrThrow()
    const alone = await watch(ada, () => new Promise((resolve) => setTimeout(resolve, 5000)))
    console.log(
      `${availableParallelism()} cores, Node ${process.versions.node}; ${many} people, each with a certificate`,
    )
    console.log(`another page, alone: ${words(alone.times)}`)
    for (const what of ['certificates yet to be drawn', 'certificates drawn before']) {
      const before = processorSeconds(service.process.pid)
      const made = await watch(ada, () => makePacket(lee, review))
      const processor = processorSeconds(service.process.pid) - before
      const { pdf, zip } = await latestPacket()
      console.log(`${what}: ${made.seconds.toFixed(1)} s (aim 30), PDF ${mb(pdf)}, ZIP ${mb(zip)}`)
      console.log(
        `  processor ${processor.toFixed(1)} s; another page at the same time: ${words(made.times)}`,
      )
    }
  } finally {
    service.process.kill('SIGTERM')
    await service.ended
  }
} finally {
  await db.destroy()
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function addPeople(on: Database): Promise<string> {
  const { catalogue } = loadCourses(path.join(import.meta.dirname, '../courses'))
  const course = catalogue.courses.get('residential-settings')!.current
  const { program_id } = await on
    .selectFrom('program_details')
    .select('program_id')
    .where('license_number', '=', '9900001')
    .executeTakeFirstOrThrow()
  for (let n = 0; n < many; n++) {
    const hired_on = addMonths(today, -6 - (n % 40))
    await writeEvidence(on, async (trx) => {
      const name = `Casey Number${n}`
      const { id } = await trx
        .insertInto('people')
        .values({ name, email: `casey${n}@bench.example` })
        .returning('id')
        .executeTakeFirstOrThrow()
      const { assignment_id } = await trx
        .insertInto('assignments')
        .values({ person_id: id, program_id, worker_type: 'employee', role_title: 'Youth worker', hired_on })
        .returning('assignment_id')
        .executeTakeFirstOrThrow()
      await trx
        .insertInto('contact_periods')
        .values({ assignment_id, from_on: addDays(hired_on, 10) })
        .execute()
      await insertCompletion(trx, { id, name }, course, readConfig({}), addDays(hired_on, 8 + (n % 5)))
      if (n % 7 === 0)
        await trx
          .insertInto('outside_trainings')
          .values({
            person_id: id,
            title: 'Recognizing human trafficking',
            provider: 'Lakes Regional Training',
            completed_on: addDays(hired_on, 90),
            hours: 6,
            topics: 'Indicators; reporting; trauma-informed response',
            mastery: 'Written examination',
            is_human_trafficking: true,
            recorded_by: id,
          })
          .execute()
    })
  }
  return program_id
}

async function makePacket(lee: Visitor, review: string): Promise<void> {
  const day = (one: string) => `${Number(one.slice(5, 7))}/${Number(one.slice(8))}/${one.slice(0, 4)}`
  await lee.post(`/reviews/${review}/packets`, {
    from_on: day(addMonths(today, -12)),
    to_on: day(today),
    people: 'all',
  })
  for (;;) {
    const { state, problem } = await latestPacket()
    if (state === 'failed') throw new Error(`The packet was not made: ${problem}`)
    if (state === 'made') return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function latestPacket() {
  const { rows } = await sql<{ state: string; problem: string | null; pdf: number; zip: number }>`
    select state, problem, octet_length(pdf) as pdf, octet_length(zip) as zip
    from review_packets order by requested_at desc limit 1`.execute(db)
  return rows[0]!
}

/** Requests another page every 20 ms while something runs, and measures it. */
async function watch(visitor: Visitor, what: () => Promise<unknown>) {
  const times: number[] = []
  let isOver = false
  const began = performance.now()
  const asking = (async () => {
    while (!isOver) {
      const start = performance.now()
      const { status } = await visitor.get('/courses/residential-settings')
      if (status !== 200) throw new Error(`The page answered ${status}.`)
      times.push(performance.now() - start)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })()
  await what()
  const seconds = (performance.now() - began) / 1000
  isOver = true
  await asking
  return { seconds, times: times.sort((a, b) => a - b) }
}

function words(times: readonly number[]): string {
  return `median ${percentile(times, 0.5).toFixed(0)} ms, 95 of 100 within ${percentile(times, 0.95).toFixed(0)} ms, longest ${times.at(-1)?.toFixed(0)} ms (${times.length} times)`
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** User and system time of a process so far, or NaN if the system doesn't report it. */
function processorSeconds(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return Number.NaN
  }
}
