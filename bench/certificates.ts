/**
 * `npm run bench:certificates`: certificates issued, drawn and signed in a row, as after a large import, while others read
 * lessons. With a number, so many.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { Pool } from 'undici'
import { catchUpCertificates } from '#server/certificates/certificates/catch-up.actions.ts'
import { readConfig } from '#server/config.ts'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { installQueue } from '#server/db/queue-schema.ts'
import { insertCompletion } from '#server/demo/fill.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { packetThreads } from '#server/oversight/packets/packet-threads.ts'
import { makeLearners } from './learners.ts'
import { percentile } from './load.ts'
import type { Ports } from './server.ts'

const many = Number(process.argv[2] ?? 10_000)
const lanes = 4

const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-bench-'))
const postgres = await startEmbeddedPostgres(folder)
const { db } = connect(postgres.url, 8)
const server = fork(path.join(import.meta.dirname, 'server.ts'), { execArgv: ['--max-semi-space-size=8'] })
const threads = packetThreads()
try {
  await migrate(db)
  await installQueue(db)
  await measure(db)
} finally {
  await threads.close()
  if (server.connected) server.disconnect()
  if (server.exitCode === null) await once(server, 'exit')
  await db.destroy()
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function measure(db: Database): Promise<void> {
  const config = readConfig({ DATA_DIR: folder, BASE_URL: 'https://training.example' })
  const { catalogue } = loadCourses(path.join(import.meta.dirname, '../courses'))
  const course = catalogue.courses.get('residential-settings')!.current
  const [reader] = await makeLearners(db, course, course.modules[0]!, 1)
  const lesson = `/courses/${course.slug}/${course.modules[0]!.slug}/${course.modules[0]!.lessons[0]!.slug}`
  const { rows: people } = await sql<{ id: string; name: string }>`
    insert into people (name, email) select 'Casey Number' || n, 'casey' || n || '@bench.example'
    from generate_series(1, ${many}) n returning id, name`.execute(db)
  await sql`vacuum analyze`.execute(db)
  server.send({ url: postgres.url, pages: [{ path: lesson, cookie: reader!.cookie, encoding: null }] })
  const [{ product }] = (await once(server, 'message')) as [Ports]
  const pool = new Pool(`http://127.0.0.1:${product}`, { connections: 2 })
  const read = async () => {
    const { statusCode, body } = await pool.request({
      method: 'GET',
      path: lesson,
      headers: { cookie: reader!.cookie },
    })
    await body.dump({ limit: 10_000_000 })
    if (statusCode !== 200) throw new Error(`The lesson answered ${statusCode}.`)
  }
  console.log(`
${availableParallelism()} cores (load ${loadavg()[0]!.toFixed(1)}), Node ${process.versions.node}; ${many} certificates`)
  console.log(`lesson pages of others: ${words((await meanwhile(read, () => pause(3000))).times)}`)
  const waiting = people.values()
  const issue = async () => {
    for (const person of waiting)
      await writeEvidence(db, (trx) => insertCompletion(trx, person, course, config, dayOf(new Date())))
  }
  const issued = await meanwhile(read, () => Promise.all(Array.from({ length: lanes }, issue)))
  const needs = { issuer: config, keysFile: config.keysFile, threads }
  const drawn = await meanwhile(read, () => catchUpCertificates(db, needs, new Date()))
  const both = issued.seconds + drawn.seconds
  for (const [what, { seconds, times }] of Object.entries({ issued, 'drawn and signed': drawn }))
    console.log(`${what}: ${(many / seconds).toFixed(0)} a second; lesson pages of others ${words(times)}`)
  console.log(`issued, drawn and signed: ${(many / both).toFixed(0)} a second`)
  await pool.close()
}

async function meanwhile(read: () => Promise<void>, what: () => Promise<unknown>) {
  const times: number[] = []
  let isOver = false
  const from = performance.now()
  const reading = (async () => {
    while (!isOver) {
      const start = performance.now()
      await read()
      times.push(performance.now() - start)
      await pause(20)
    }
  })()
  await what().finally(() => {
    isOver = true
  })
  const seconds = (performance.now() - from) / 1000
  await reading
  return { seconds, times: times.sort((a, b) => a - b) }
}

function words(times: readonly number[]): string {
  return `median ${percentile(times, 0.5).toFixed(0)} ms, 95 of 100 ${percentile(times, 0.95).toFixed(0)} ms`
}
