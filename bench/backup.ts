/**
 * `npm run bench:backup`: backs up a data folder with many certificates, tries the backup out, and restores it, by the commands
 * that people use. With a number, so many certificates.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { catchUpCertificates } from '#server/certificates/certificates/catch-up.actions.ts'
import { type Config, readConfig } from '#server/config.ts'
import { loadCourses } from '#server/courses/authoring/load.ts'
import type { Database } from '#server/db/connection.ts'
import { openDatabase } from '#server/db/open.ts'
import { insertCompletion } from '#server/demo/fill.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { placeEntries } from '#server/ledger/placing.actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { packetThreads } from '#server/oversight/packets/packet-threads.ts'

const many = Number(process.argv[2] ?? 50_000)
/** So many certificates are issued in one transaction. */
const atOnce = 200

const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-bench-'))
const file = path.join(folder, 'backup.tar.gz')
const inFolder = (name: string) => ({
  DATA_DIR: path.join(folder, name),
  BACKUP_PASSPHRASE: 'a passphrase of the benchmark',
})
try {
  await fill(readConfig(inFolder('from')))
  console.log(`
${availableParallelism()} cores (load ${loadavg()[0]!.toFixed(1)}), Node ${process.versions.node}; ${many} certificates, a data folder of ${megabytes(sizeOf(path.join(folder, 'from')))}`)
  run('backup', inFolder('from'), ['server/cli/backup.ts', '--to', file])
  console.log(`the file: ${megabytes(statSync(file).size)}`)
  run('backup -- --verify', inFolder('scratch'), ['server/cli/backup.ts', '--verify', file])
  const names = [
    '--reason',
    'A benchmark of backup and restore.',
    '--by',
    'Rae Root',
    '--confirmed-by',
    'Kit Keys',
  ]
  run('restore', inFolder('to'), ['server/cli/restore.ts', file, ...names])
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function fill(config: Config): Promise<void> {
  const { catalogue } = loadCourses(path.join(import.meta.dirname, '../courses'))
  const course = catalogue.courses.get('residential-settings')!.current
  const database = await openDatabase({ ...config, databasePatience: {} })
  const { db } = database
  const threads = packetThreads()
  try {
    const people = await makePeople(db)
    // Certificates take turns for their numbers, so that several writers would only wait for each other.
    for (let from = 0; from < people.length; from += atOnce) {
      await writeEvidence(db, async (trx) => {
        for (const person of people.slice(from, from + atOnce))
          await insertCompletion(trx, person, course, config, dayOf(new Date()))
      })
      await placeEntries(db)
    }
    await catchUpCertificates(db, { issuer: config, keysFile: config.keysFile, threads }, new Date())
    await placeEntries(db)
  } finally {
    await threads.close()
    await database.close()
  }
}

async function makePeople(db: Database) {
  const { rows } = await sql<{ id: string; name: string }>`
    insert into people (name, email) select 'Casey Number' || n, 'casey' || n || '@bench.example'
    from generate_series(1, ${many}) n returning id, name`.execute(db)
  await sql`vacuum analyze`.execute(db)
  return rows
}

function run(name: string, settings: Readonly<Record<string, string>>, args: readonly string[]): void {
  const from = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: path.join(import.meta.dirname, '..'),
    env: { ...process.env, ...settings },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${name} ended with ${status}.\n${stdout}\n${stderr}`)
  console.log(`${name}: ${((performance.now() - from) / 1000).toFixed(1)} s\n${stdout.trim()}`)
}

function sizeOf(place: string): number {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + statSync(path.join(entry.parentPath, entry.name)).size, 0)
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`
}
