import { promises as fs } from 'node:fs'
import path from 'node:path'
import { FileMigrationProvider, Migrator } from 'kysely/migration'
import type { Database } from './connection.ts'

export const migrationsFolder = path.join(import.meta.dirname, '../../migrations')

/**
 * Runs the migrations, forward only. Kysely holds an advisory lock and one transaction, so two servers that start
 * together take turns, and a failed migration leaves the schema unchanged.
 */
export async function migrate(db: Database, folder = migrationsFolder): Promise<readonly string[]> {
  const { error, results = [] } = await migrator(db, folder).migrateToLatest()
  if (error) {
    const failed = results.find((result) => result.status === 'Error')?.migrationName
    throw new Error(`The migration ${failed ?? ''} failed, and nothing was changed. ${String(error)}`, {
      cause: error,
    })
  }
  return results.map((result) => result.migrationName)
}

/** True when every migration in the folder has been applied. */
export async function isMigrated(db: Database, folder = migrationsFolder): Promise<boolean> {
  const migrations = await migrator(db, folder).getMigrations()
  return migrations.every((migration) => migration.executedAt)
}

function migrator(db: Database, migrationFolder: string): Migrator {
  return new Migrator({ db, provider: new FileMigrationProvider({ fs, path, migrationFolder }) })
}
