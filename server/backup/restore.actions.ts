import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import type { PublishedKeys } from '#server/certificates/credentials/keys.ts'
import { connect } from '#server/db/connection.ts'
import { migrateLike } from '#server/db/migrate.ts'
import { readArchive } from './archive.ts'
import { type About, BackupError, type Manifest, type TableShape } from './backup-file.ts'
import { type CopyIn, copyIn } from './copying.ts'
import { listForeignKeys, listTables } from './tables.queries.ts'

export type Restored = Readonly<{
  about: About
  manifest: Manifest
  publishedKeys: PublishedKeys
  /** The signing keys, still sealed. */
  sealedKeys: string | null
  ledgerHeads: ReadonlyMap<string, Buffer>
}>

/** Fills an empty database from a backup: all of it, or nothing. Run it as the database's owner. */
export async function restoreBackup(file: string, url: string): Promise<Restored> {
  const entries = readArchive(file)
  const first = await entries.next()
  if (first.done || first.value.name !== 'about.json') throw new BackupError(`${file} is not a backup.`)
  const about = JSON.parse(first.value.content.toString()) as About
  if (about.format !== 1) throw new BackupError(`${file} was made by a version that this one cannot read.`)
  await prepareEmpty(url, about)
  const client = new pg.Client({ connectionString: url, options: '-c timezone=UTC' })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('begin')
    const restored = await load(client, about, entries)
    await client.query('commit')
    await client.query('analyze')
    return restored
  } finally {
    await client.end()
  }
}

/** Gives an empty database the schema that the rows fit; the next start brings it up to date. */
async function prepareEmpty(url: string, { migrations }: About): Promise<void> {
  const { db } = connect(url, 2)
  try {
    const tables = await db.introspection.getTables()
    if (tables.some(({ schema }) => schema === 'public'))
      throw new BackupError('The database is not empty. A backup is restored into an empty one only.')
    await migrateLike(db, migrations)
  } finally {
    await db.destroy()
  }
}

async function load(
  client: pg.Client,
  about: About,
  entries: ReturnType<typeof readArchive>,
): Promise<Restored> {
  const tables = await listTables(client)
  const names = tables.map(({ name }) => pg.escapeIdentifier(name))
  const foreignKeys = await listForeignKeys(client)
  // Rows arrive by table, so what refers to other rows is checked at the end; what is append-only refuses even its own rows.
  for (const key of foreignKeys)
    await client.query(`alter table ${key.table} drop constraint ${pg.escapeIdentifier(key.name)}`)
  for (const name of names) await client.query(`alter table ${name} disable trigger user`)
  await client.query(`truncate ${names.join(', ')}`)
  const restored = await loadRows(client, about, tables, entries)
  for (const [name, last] of Object.entries(restored.manifest.sequences))
    await client.query('select setval($1::regclass, $2)', [`public.${pg.escapeIdentifier(name)}`, last])
  for (const key of foreignKeys)
    await client.query(
      `alter table ${key.table} add constraint ${pg.escapeIdentifier(key.name)} ${key.definition}`,
    )
  for (const name of names) await client.query(`alter table ${name} enable trigger user`)
  return restored
}

async function loadRows(
  client: pg.Client,
  about: About,
  tables: readonly TableShape[],
  entries: ReturnType<typeof readArchive>,
): Promise<Restored> {
  const sums: Record<string, unknown> = {}
  const files = new Map<string, Buffer>()
  const shapes = new Map(about.tables.map((table) => [table.name, table]))
  const open: { name: string; copy: CopyIn | null } = { name: '', copy: null }
  const finish = async () => {
    if (open.copy) sums[open.name] = await open.copy.end()
    open.copy = null
  }
  for await (const { name, content } of entries) {
    const table = /^tables\/([^/]+)\//.exec(name)?.[1]
    if (table === undefined) {
      await finish()
      files.set(name, content)
      continue
    }
    if (open.copy === null || open.name !== table) {
      await finish()
      const shape = shapes.get(table)
      if (!shape || !tables.some((one) => one.name === table) || sums[table])
        throw new BackupError(`The backup holds rows of ${table}, and says nothing of that table.`)
      open.name = table
      open.copy = copyIn(client, shape)
    }
    await open.copy.add(content)
  }
  await finish()
  return checked(about, files, sums)
}

/** The file is only then restored when it is whole: it ends with a manifest, and every table is as that says. */
function checked(about: About, files: ReadonlyMap<string, Buffer>, sums: Record<string, unknown>): Restored {
  const text = (name: string) => files.get(name)?.toString() ?? null
  const manifestText = text('manifest.json')
  if (manifestText === null) throw new BackupError('The backup is cut off: its manifest is missing.')
  const manifest = JSON.parse(manifestText) as Manifest
  for (const [name, sum] of Object.entries(manifest.tables)) {
    const found = (sums[name] ?? { rows: 0 }) as typeof sum
    if (found.rows !== sum.rows || (sum.rows > 0 && found.sha256 !== sum.sha256))
      throw new BackupError(
        `Table ${name} in the backup is not as its manifest says: ${found.rows} rows, not ${sum.rows}, or other ones.`,
      )
  }
  const heads = [...files].filter(([name]) => /^ledger-heads\/[\w-]+\.txt$/.test(name))
  return {
    about,
    manifest,
    publishedKeys: JSON.parse(text('published-keys.json') ?? '{"keys":[]}') as PublishedKeys,
    sealedKeys: text('keys.sealed'),
    ledgerHeads: new Map(heads.map(([name, content]) => [name.replace('ledger-heads/', ''), content])),
  }
}

/** Writes the heads that were kept outside the database. */
export async function writeLedgerHeads(folder: string, heads: ReadonlyMap<string, Buffer>): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const [name, content] of heads) await writeFile(path.join(folder, name), content, { flag: 'wx' })
}
