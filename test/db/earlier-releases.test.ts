import { readdirSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { restoreBackup } from '#server/backup/restore.actions.ts'
import { connect } from '#server/db/connection.ts'
import { migrate, schemaState } from '#server/db/migrate.ts'
import { checkLedger } from '#server/ledger/checking.ts'
import { listEntries } from '#server/ledger/queries.ts'
import { databaseUrl } from '#test/support/db.ts'

const folder = path.join(import.meta.dirname, 'releases')

test.each(readdirSync(folder))(
  'a database of release %s migrates, and its ledger is still whole',
  async (file) => {
    const worker = await databaseUrl()
    const name = `release_${process.pid}`
    const admin = new pg.Client({ connectionString: worker.replace(/[^/]+$/, 'postgres') })
    await admin.connect()
    await admin.query(`drop database if exists ${name}`)
    await admin.query(`create database ${name}`)
    const url = worker.replace(/[^/]+$/, name)
    try {
      const { manifest } = await restoreBackup(path.join(folder, file), url)
      const { db } = connect(url, 2)
      await migrate(db)
      expect(await schemaState(db)).toBe('current')
      const entries = await listEntries(db)
      expect(entries).toHaveLength(manifest.ledger.size)
      expect(checkLedger(entries, null)).toBeNull()
      await db.destroy()
    } finally {
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    }
  },
)
