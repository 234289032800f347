import { readdirSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { verifyBackupIn } from '#server/backup/verify.actions.ts'
import { connect } from '#server/db/connection.ts'
import { schemaState } from '#server/db/migrate.ts'
import { checkLedger } from '#server/ledger/checking.ts'
import { listEntries } from '#server/ledger/queries.ts'
import { databaseUrl } from '#test/support/db.ts'

const folder = path.join(import.meta.dirname, 'releases')

test.each(readdirSync(folder))(
  'a backup of release %s can be verified; its database migrates, and its ledger is still whole',
  async (file) => {
    const worker = await databaseUrl()
    const name = `release_${process.pid}`
    const admin = new pg.Client({ connectionString: worker.replace(/[^/]+$/, 'postgres') })
    await admin.connect()
    await admin.query(`drop database if exists ${name}`)
    await admin.query(`create database ${name}`)
    const url = worker.replace(/[^/]+$/, name)
    try {
      const { problems, restored } = await verifyBackupIn(url, path.join(folder, file), null)
      expect(problems).toEqual([])
      const { db } = connect(url, 2)
      expect(await schemaState(db)).toBe('current')
      const entries = await listEntries(db)
      expect(entries).toHaveLength(restored.manifest.ledger.size)
      expect(checkLedger(entries, null)).toBeNull()
      await db.destroy()
    } finally {
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    }
  },
)
