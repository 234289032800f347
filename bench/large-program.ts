/** `npm run bench:program`: pages and exports of one program with 20,000 people. Memory is what comes on top at most. */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { buildApp } from '#server/app.ts'
import { readConfig } from '#server/config.ts'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { connect } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { median } from './load.ts'
import { addPeople, addPrograms, administratorOf, filling } from './worlds.ts'

const people = Number(process.argv[2] ?? 20_000)
const rounds = 5

const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-bench-'))
const postgres = await startEmbeddedPostgres(folder, { durable: false })
const { db } = connect(postgres.url, 4)
try {
  await migrate(db)
  await measure()
} finally {
  await db.destroy()
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function measure(): Promise<void> {
  const { catalogue } = loadCourses(path.join(import.meta.dirname, '../courses'))
  const course = catalogue.courses.get('residential-settings')!.current
  const [program] = (await addPrograms(db, 1)) as [string]
  await filling(db, (trx) => addPeople(trx, course, [program], people))
  const cookie = `sid=${await administratorOf(db, program)}`
  const config = readConfig({ DATA_DIR: folder, SECOND_FACTOR: 'optional' })
  const clock = () => new Date()
  const app = await buildApp({ db, catalogue, mail: null, clock, config, isDemo: false })
  console.log(`
${availableParallelism()} cores (load ${loadavg()[0]!.toFixed(1)}), Node ${process.versions.node}; a program of ${people} people, the median of ${rounds}

                                        time   processor        size      memory`)
  for (const url of [
    '/team',
    '/team?search=person',
    `/programs/${program}/clearance`,
    `/programs/${program}/clearance?search=abc`,
    `/programs/${program}`,
    `/programs/${program}/roster`,
    '/training/elsewhere/new?for=staff',
    '/team.csv',
    '/team.xlsx',
  ]) {
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    const atRest = process.memoryUsage.rss()
    const times: number[] = []
    const processor: number[] = []
    let says = ''
    let peak = 0
    const sampling = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss())
    }, 20)
    // The first one warms up and isn't counted.
    for (let round = 0; round <= rounds; round++) {
      const [start, used] = [performance.now(), process.cpuUsage()]
      const { statusCode, rawPayload } = await app.inject({ url, headers: { cookie } })
      const { user, system } = process.cpuUsage(used)
      if (round > 0) times.push(performance.now() - start)
      if (round > 0) processor.push((user + system) / 1000)
      says = `${(rawPayload.length / 1024).toFixed(0)} KB${statusCode === 200 ? '' : `, ${statusCode}`}`
    }
    clearInterval(sampling)
    const memory = `+${(Math.max(0, Math.max(peak, process.memoryUsage.rss()) - atRest) / 1e6).toFixed(0)} MB`
    const cells = [`${median(times).toFixed(0)} ms`, `${median(processor).toFixed(0)} ms`, says, memory]
    console.log(url.replace(program, '…').padEnd(32) + cells.map((cell) => cell.padStart(12)).join(''))
  }
  await app.close()
}
