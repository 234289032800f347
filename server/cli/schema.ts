import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'

// Writes server/db/schema.ts from a freshly migrated database. `--verify` only compares.
const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-schema-'))
const postgres = await startEmbeddedPostgres(folder, { durable: false })
try {
  const { db } = connect(postgres.url)
  await migrate(db)
  await db.destroy()
  const out = path.join(import.meta.dirname, '../db/schema.ts')
  const from = ['--url', postgres.url, '--dialect', 'postgres', '--exclude-pattern', '{kysely_*,pgboss.*}']
  // The types that server/db/connection.ts parses them to.
  const types = ['--date-parser', 'string', '--type-mapping', '{"int8":"number"}']
  // PostgreSQL doesn't say that a view's columns are never null.
  const columns = {
    'ledger_entries.turn': 'number',
    'ledger_entries.at': 'Timestamp',
    'ledger_entries.kind': 'string',
    'ledger_entries.subject': 'string',
    'ledger_entries.facts': 'string',
  }
  const result = spawnSync(
    'kysely-codegen',
    [
      ...from,
      ...types,
      '--overrides',
      JSON.stringify({ columns }),
      '--out-file',
      out,
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit' },
  )
  process.exitCode = result.status ?? 1
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}
