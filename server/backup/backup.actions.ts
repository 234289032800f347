import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { openSigningKey, readKeysIfThere } from '#server/certificates/credentials/key-file.ts'
import { publishedKeys } from '#server/certificates/credentials/keys.ts'
import { ledgerOrigin, signHead } from '#server/certificates/credentials/ledger-head.ts'
import { headsFolder } from '#server/certificates/credentials/ledger-heads.actions.ts'
import { merkleRoot } from '#server/ledger/merkle.ts'
import { type AddEntry, writeArchive } from './archive.ts'
import {
  type About,
  backupName,
  backupsAmong,
  type LedgerSum,
  leftOut,
  type Manifest,
  type TableSum,
} from './backup-file.ts'
import { copyOut } from './copying.ts'
import { sealKeys } from './sealed-keys.ts'
import { listMigrations, listSequences, listTables } from './tables.queries.ts'

type BackupConfig = Readonly<{
  baseUrl: string
  dataDir: string
  keysFile: string
  version: string
  /** Seals the signing keys; without it they are left out. */
  backupPassphrase: string | undefined
}>

/** Writes a backup into a folder while the service runs, and keeps only so many. Returns its file. */
export async function makeBackup(
  url: string,
  config: BackupConfig,
  where: Readonly<{ folder: string; keep: number }>,
  now: Date,
): Promise<string> {
  const file = path.join(where.folder, backupName(now))
  await writeBackup(url, config, file, now)
  for (const old of backupsAmong(await readdir(where.folder)).slice(where.keep))
    await rm(path.join(where.folder, old))
  return file
}

/** Writes one file with all rows as they were at one instant, and what else is needed to go on from them. */
export async function writeBackup(
  url: string,
  config: BackupConfig,
  file: string,
  now: Date,
): Promise<Manifest> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const client = new pg.Client({ connectionString: url, application_name: 'safe-harbor-backup' })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    let manifest: Manifest | undefined
    await writeArchive(file, async (add) => {
      const about = await describe(client, config, now)
      await add('about.json', JSON.stringify(about, null, 2))
      const tables = await addTables(client, about, add)
      const ledger = await sumLedger(client, config, now)
      await addLedgerHeads(config.dataDir, add)
      const has_keys = await addKeys(config, add)
      manifest = { tables, sequences: await listSequences(client), ledger, has_keys }
      await add('manifest.json', JSON.stringify(manifest, null, 2))
    })
    return manifest!
  } finally {
    await client.end()
  }
}

async function describe(client: pg.Client, { version }: BackupConfig, now: Date): Promise<About> {
  return {
    format: 1,
    version,
    made_at: now.toISOString(),
    migrations: await listMigrations(client),
    tables: (await listTables(client)).filter(({ name }) => !leftOut.includes(name)),
  }
}

async function addTables(client: pg.Client, { tables }: About, add: AddEntry) {
  // The order of the rows is part of a table's hash.
  await client.query('set local synchronize_seqscans = off')
  const sums: Record<string, TableSum> = {}
  for (const table of tables) {
    let part = 0
    sums[table.name] = await copyOut(client, table, (rows) =>
      add(`tables/${table.name}/${String(++part).padStart(6, '0')}.copy`, rows),
    )
  }
  return sums
}

async function sumLedger(client: pg.Client, config: BackupConfig, now: Date): Promise<LedgerSum> {
  const { rows } = await client.query<{ hash: string }>('select hash from ledger order by seq')
  const size = rows.length
  const root = merkleRoot(rows.map(({ hash }) => hash))
  if (size === 0 || !(await readKeysIfThere(config.keysFile))) return { size, root, note: null }
  const key = await openSigningKey(config.keysFile, config.baseUrl, now)
  const head = { origin: ledgerOrigin(config.baseUrl), size, root, at: now.toISOString() }
  return { size, root, note: await signHead(head, key) }
}

async function addLedgerHeads(dataDir: string, add: AddEntry): Promise<void> {
  const folder = headsFolder(dataDir)
  const files = await readdir(folder).catch(() => [])
  for (const file of files)
    if (/^[\w-]+\.txt$/.test(file)) await add(`ledger-heads/${file}`, await readFile(path.join(folder, file)))
}

async function addKeys({ keysFile, backupPassphrase }: BackupConfig, add: AddEntry): Promise<boolean> {
  const keys = await readKeysIfThere(keysFile)
  await add('published-keys.json', JSON.stringify(publishedKeys(keys ?? { keys: [] }), null, 2))
  if (!keys || !backupPassphrase) return false
  await add('keys.sealed', sealKeys(JSON.stringify(keys, null, 2), backupPassphrase))
  return true
}
