import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { Piscina } from 'piscina'
import { checkWholeRegister } from '#server/certificates/certificates/register-check.actions.ts'
import type { PublishedKeys } from '#server/certificates/credentials/keys.ts'
import { openHead } from '#server/certificates/credentials/ledger-head.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { checkWholeLedger } from '#server/ledger/whole-check.actions.ts'
import type { Manifest } from './backup-file.ts'
import { copyOut } from './copying.ts'
import { type Restored, restoreBackup } from './restore.actions.ts'
import problemsOf, { type StoredFile } from './stored-certificates.worker.ts'

type Verified = Readonly<{
  restored: Restored
  rows: number
  certificates: number
  /** What is wrong, a sentence each; none where the backup can be relied on. */
  problems: readonly string[]
}>

/** Restores a backup into a database of its own, checks everything that can be checked, and throws the database away. */
export async function verifyBackup(file: string, keys: PublishedKeys | null): Promise<Verified> {
  const folder = await mkdtemp(path.join(tmpdir(), 'safe-harbor-verify-'))
  const postgres = await startEmbeddedPostgres(folder, { durable: false })
  try {
    return await verifyBackupIn(postgres.url, file, keys)
  } finally {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** The same in an empty database that the caller has. It is left migrated to this version. */
export async function verifyBackupIn(
  url: string,
  file: string,
  keys: PublishedKeys | null,
): Promise<Verified> {
  const restored = await restoreBackup(file, url)
  const publicKeys = keys ?? restored.publishedKeys
  const { db } = connect(url, 2)
  try {
    const compared = await compareTables(url, restored)
    // The checks read this version's tables; the backup may be an earlier version's.
    await migrate(db)
    const stored = restored.manifest.tables.certificate_files?.rows ?? 0
    const certificates = await checkCertificates(db, publicKeys, stored)
    const problems = [
      ...compared,
      ...(await checkRestoredLedger(db, restored.manifest, publicKeys)),
      ...certificates.problems,
    ]
    const rows = Object.values(restored.manifest.tables).reduce((total, table) => total + table.rows, 0)
    return { restored, rows, certificates: certificates.checked, problems }
  } finally {
    await db.destroy()
  }
}

/** Reads every table back: what the database gives now is what was read when the backup was made. */
async function compareTables(url: string, { about, manifest }: Restored): Promise<readonly string[]> {
  const client = new pg.Client({
    connectionString: url,
    options: '-c synchronize_seqscans=off -c timezone=UTC',
  })
  client.on('error', () => {})
  await client.connect()
  const problems: string[] = []
  try {
    for (const table of about.tables) {
      const { rows, sha256 } = await copyOut(client, table, async () => {})
      const expected = manifest.tables[table.name]
      if (expected?.rows !== rows || expected.sha256 !== sha256)
        problems.push(
          `Table ${table.name} has ${rows} rows, and they are not the ${expected?.rows} of the backup.`,
        )
    }
  } finally {
    await client.end()
  }
  return problems
}

async function checkRestoredLedger(db: Database, { ledger }: Manifest, keys: PublishedKeys) {
  const head =
    ledger.size === 0 ? null : { origin: '', size: ledger.size, root: ledger.root, at: 'the backup' }
  const finding = (await checkWholeLedger(db, head, null)).finding ?? (await checkWholeRegister(db)).finding
  const problems = finding ? [`Ledger row ${finding.row}: ${finding.what}`] : []
  if (ledger.note === null) return problems
  const opened = await openHead(ledger.note, keys)
  if (opened.kind === 'refused') return [...problems, `The ledger's head in the manifest: ${opened.why}`]
  const isSame = opened.head.size === ledger.size && opened.head.root === ledger.root
  return isSame ? problems : [...problems, "The ledger's signed head is not the one that the manifest names."]
}

/** A signature takes about 10 milliseconds. Starting a thread takes as long as so many of them. */
const few = 200

/** Checks each stored certificate: a few here, many in a thread for each processor. */
async function checkCertificates(db: Database, keys: PublishedKeys, stored: number) {
  const threads = stored > few ? availableParallelism() : 1
  const pool =
    threads > 1
      ? new Piscina({
          filename: new URL('./stored-certificates.worker.ts', import.meta.url).href,
          maxThreads: threads,
        })
      : null
  const all = storedFiles(db)
  const problems: string[] = []
  let checked = 0
  const lane = async () => {
    for await (const files of all) {
      const task = { files, keys }
      problems.push(...(await (pool ? pool.run(task) : problemsOf(task))))
      checked += files.length
    }
  }
  try {
    // One batch more than there are threads is read meanwhile.
    await Promise.all(Array.from({ length: pool ? threads + 1 : 1 }, lane))
  } finally {
    await pool?.destroy()
  }
  return { checked, problems: problems.sort() }
}

async function* storedFiles(db: Database): AsyncGenerator<readonly StoredFile[]> {
  for (let after = ''; ; ) {
    const files = await db
      .selectFrom('certificate_files as f')
      .innerJoin('certificates as c', 'c.id', 'f.certificate_id')
      .select(['c.number', 'f.pdf', 'f.sha256', 'f.credential'])
      .where('c.number', '>', after)
      .orderBy('c.number')
      .limit(100)
      .execute()
    const last = files.at(-1)
    if (!last) return
    yield files
    after = last.number
  }
}
