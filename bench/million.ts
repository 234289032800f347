/**
 * `npm run bench -- --million`: pages among 1,000,000 people in 20,000 programs with five years of history, beside the same
 * pages among 10,000 people in 200. With a number, such as `--million=200000`, among that many. `--folder=PATH` keeps both
 * databases for the next run.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { type RawBuilder, sql } from 'kysely'
import { buildApp } from '#server/app.ts'
import { readConfig } from '#server/config.ts'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { installQueue } from '#server/db/queue-schema.ts'
import { createSessions } from '#server/people/sessions.ts'
import { median, percentile } from './load.ts'
import { listPlans, type Plan } from './plans.ts'
import { addHistory, addPeople, addPrograms, addStaff, filling, type StaffRole } from './worlds.ts'

const argument = (name: string) => process.argv.find((one) => one.startsWith(`--${name}=`))?.split('=')[1]
const many = Number(argument('million') ?? 1_000_000)
const sizes = { few: 10_000, many }
const peopleAProgram = 50
const years = 5
const parts = 5
const rounds = Number(argument('rounds') ?? 40)
// A statement may change its plan after the fifth time.
const warmups = 6
const plansKept = 10

const folder = argument('folder') ?? mkdtempSync(path.join(tmpdir(), 'safe-harbor-bench-'))
const isKept = existsSync(path.join(folder, 'postgres'))
const postgres = await startEmbeddedPostgres(folder, { durable: false })
const { catalogue } = loadCourses(path.join(import.meta.dirname, '../courses'))
const course = catalogue.courses.get('residential-settings')!.current
try {
  await measure()
} finally {
  await postgres.stop()
  if (!argument('folder')) rmSync(folder, { recursive: true, force: true })
}

type Size = keyof typeof sizes

async function measure(): Promise<void> {
  const begun = Date.now()
  const few = await aWorld('few')
  const among = await aWorld('many')
  const { rows } = await sql<{ version: string; size: string }>`
    select current_setting('server_version') as version, pg_size_pretty(pg_database_size(current_database())) as size`.execute(
    among.db,
  )
  console.log(`
${availableParallelism()} cores (load ${loadavg()[0]!.toFixed(1)}), Node ${process.versions.node}, PostgreSQL ${rows[0]!.version}; filled in ${Math.round((Date.now() - begun) / 1000)} s, ${rows[0]!.size}
Each page ${rounds} times, each time of another program or person, by turns among ${sizes.few.toLocaleString('en-US')} and ${sizes.many.toLocaleString('en-US')} people

                                    median          95 of 100       ratio  statements`)
  const plans: Plan[] = []
  const only = argument('page')
  for (const name of Object.keys(few.pages).filter((name) => !only || only.split('|').includes(name))) {
    const times: Record<Size, number[]> = { few: [], many: [] }
    // The first rounds aren't counted.
    for (let round = -warmups; round < rounds; round++)
      for (const world of [few, among]) {
        const time = await world.time(name, round + warmups)
        if (round >= 0) times[world.size].push(time)
      }
    const found = await listPlans(among.db, name, () => among.time(name, 0))
    plans.push(...found)
    printRow(name, times, found.length)
  }
  if (!only) writePlans(plans)
  else for (const { time, text, sql } of plans) console.log(`\n${time} ms: ${sql}\n${text}`)
  for (const world of [few, among]) await world.close()
}

function printRow(name: string, times: Readonly<Record<Size, readonly number[]>>, statements: number): void {
  const late = (size: Size) =>
    percentile(
      times[size].toSorted((a, b) => a - b),
      0.95,
    )
  const pair = (of: (size: Size) => number) => `${of('few').toFixed(0)} and ${of('many').toFixed(0)} ms`
  const cells = [
    pair((size) => median(times[size])),
    pair(late),
    (late('many') / late('few')).toFixed(2),
    String(statements),
  ]
  console.log(name.padEnd(30) + cells.map((cell, n) => cell.padStart(n < 2 ? 18 : 10)).join(''))
}

/** The heaviest statements of these pages, each with its plan. */
function writePlans(plans: readonly Plan[]): void {
  const to = path.join(import.meta.dirname, 'plans')
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to)
  const different = new Map(plans.toSorted((a, b) => a.time - b.time).map((plan) => [plan.sql, plan]))
  const heaviest = [...different.values()].toSorted((a, b) => b.time - a.time).slice(0, plansKept)
  for (const [n, { page, sql, text }] of heaviest.entries()) {
    const name = `${String(n + 1).padStart(2, '0')}-${page.toLowerCase().replaceAll(/[^a-z]+/g, '-')}.txt`
    writeFileSync(
      path.join(to, name),
      `${page}, among ${sizes.many.toLocaleString('en-US')} people\n\n${sql}\n\n${text}\n`,
    )
  }
}

async function aWorld(size: Size) {
  const url = postgres.url.replace(/[^/]+$/, size)
  if (!isKept) await fill(url, size)
  const { db } = connect(url, 4)
  await migrate(db)
  await installQueue(db)
  const app = await buildApp({
    db,
    catalogue,
    mail: null,
    clock: () => new Date(),
    config: readConfig({ DATA_DIR: folder, SECOND_FACTOR: 'optional' }),
    isDemo: false,
    logger: { level: 'error' },
  })
  const pages = await pagesOf(db)
  return {
    size,
    db,
    pages,
    time: async (name: string, round: number) => {
      const { url, cookie, post } = await pages[name]!(round)
      const start = performance.now()
      const { statusCode, body } = await app.inject({
        url,
        headers: {
          cookie,
          'sec-fetch-site': 'same-origin',
          ...(post && {
            'content-type': 'application/x-www-form-urlencoded',
            'idempotency-key': crypto.randomUUID(),
          }),
        },
        method: post ? 'POST' : 'GET',
        ...(post && { body: new URLSearchParams(post).toString() }),
      })
      const time = performance.now() - start
      if (statusCode !== (post ? 303 : 200))
        throw new Error(`${url} answered ${statusCode}. ${body.slice(0, 400)}`)
      return time
    },
    close: async () => {
      await app.close()
      await db.destroy()
    },
  }
}

async function fill(url: string, size: Size): Promise<void> {
  const owner = connect(postgres.url, 1).db
  await sql`create database ${sql.ref(size)}`.execute(owner)
  await owner.destroy()
  const { db } = connect(url, 4)
  await migrate(db)
  const programs = await addPrograms(db, sizes[size] / peopleAProgram)
  await filling(db, async (trx) => {
    // In parts, so that a program's people aren't next to each other, as happens over the years.
    for (let part = 0; part < parts; part++)
      await addPeople(trx, course, programs, peopleAProgram / parts, years)
    await addHistory(trx)
  })
  await db.destroy()
}

type Request = Readonly<{ url: string; cookie: string; post?: Record<string, string> }>

/** What each page asks for in a round: each time about another program or person. */
async function pagesOf(db: Database): Promise<Record<string, (round: number) => Promise<Request>>> {
  const programs = await listSome(sql`select id from programs order by id limit 60`)
  const people = await listSome(sql`select person_id as id from assignments
    where program_id = any(${programs}::uuid[]) and superseded_at is null and separated_on is null order by program_id, id`)
  const names = (
    await sql<{ name: string; license_number: string }>`
    select d.name, d.license_number from program_details d where d.program_id = any(${programs}::uuid[])`.execute(
      db,
    )
  ).rows
  const cookies = new Map<string, Promise<string>>()
  const sessions = createSessions(db, { idleMinutes: 600, hours: 12 })
  const signedIn = async (key: string, person: () => Promise<string>) => {
    const known = cookies.get(key) ?? person().then(async (id) => `sid=${await sessions.create(id)}`)
    cookies.set(key, known)
    return known
  }
  const as = (role: StaffRole, program: string | null) =>
    signedIn(`${role} ${program}`, () => addStaff(db, role, program))
  const programOf = (round: number) => programs[round % programs.length]!
  const personOf = (round: number) => people[(round * peopleAProgram) % people.length]!
  const byStaff =
    (role: StaffRole, url: (program: string, round: number) => string) => async (round: number) => {
      const program = programOf(round)
      return { url: url(program, round), cookie: await as(role, program) }
    }
  const byOffice = (role: StaffRole, url: (round: number) => string) => async (round: number) => ({
    url: url(round),
    cookie: await as(role, null),
  })
  return {
    Team: byStaff('supervisor', () => '/team'),
    'A person of the team': byStaff('supervisor', (_, round) => `/team/${personOf(round)}`),
    'Clearance list': byStaff('supervisor', (program) => `/programs/${program}/clearance`),
    'Program’s roster': byStaff('program_admin', (program) => `/programs/${program}/roster`),
    'Program page': byStaff('program_admin', (program) => `/programs/${program}`),
    'Person search': byOffice('system_admin', (round) => `/accounts?search=${personOf(round).slice(0, 7)}`),
    'Person search, common name': byOffice('system_admin', () => '/accounts?search=maria'),
    'Person search, two letters': byOffice(
      'system_admin',
      (round) => `/accounts?search=${personOf(round).slice(0, 2)}`,
    ),
    'Role search': byOffice(
      'system_admin',
      (round) => `/admin/people?search=${programOf(round).slice(0, 6)}`,
    ),
    'Programs of the console': byOffice('system_admin', () => '/admin/programs'),
    'Program search': byOffice(
      'system_admin',
      (round) => `/programs?search=${names[round % names.length]!.name.slice(8)}`,
    ),
    'Licensing’s home': byOffice('licensing', () => '/licensing'),
    'Certified programs with gaps': byOffice('licensing', () => '/licensing/overview?show=gaps'),
    'Licensing search, a number': byOffice(
      'licensing',
      (round) => `/licensing?search=${names[round % names.length]!.license_number}`,
    ),
    'Licensing search, a name': byOffice(
      'licensing',
      (round) => `/licensing?search=${names[round % names.length]!.name.slice(8)}`,
    ),
    'Licensing’s program page': byOffice('licensing', (round) => `/licensing/programs/${programOf(round)}`),
    'Packet, asked for': async (round) => ({
      url: `/reviews/${await reviewOf(programOf(round))}/packets`,
      cookie: await as('licensing', null),
      post: { from_on: '1/1/2026', to_on: '6/30/2026', people: 'all', seed: '' },
    }),
    'My training': async (round) => ({
      url: '/',
      cookie: await signedIn(personOf(round), async () => personOf(round)),
    }),
  }

  async function listSome(query: RawBuilder<unknown>): Promise<readonly string[]> {
    const { rows } = await sql<{ id: string }>`${query}`.execute(db)
    return rows.map(({ id }) => id)
  }

  async function reviewOf(program: string): Promise<string> {
    const { id } = await db
      .selectFrom('reviews')
      .select('id')
      .where('program_id', '=', program)
      .limit(1)
      .executeTakeFirstOrThrow()
    return id
  }
}
