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
  // What the types are parsed to, and what is never null in a view, is in .kysely-codegenrc.json.
  const project = path.join(import.meta.dirname, '../..')
  const result = spawnSync(
    'kysely-codegen',
    ['--url', postgres.url, '--out-file', 'server/db/schema.ts', ...process.argv.slice(2)],
    { cwd: project, stdio: 'inherit' },
  )
  process.exitCode = result.status ?? 1
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}
