import { promises as fs } from 'node:fs'
import path from 'node:path'
import { sql } from 'kysely'
import { FileMigrationProvider, Migrator } from 'kysely/migration'
import type { Database } from './connection.ts'

export const migrationsFolder = path.join(import.meta.dirname, '../../migrations')

/** The database was migrated by a newer version than this one. */
class NewerSchema extends Error {}

/**
 * Runs the migrations, forward only. Kysely holds an advisory lock and one transaction, so two servers that start
 * together take turns, and a failed migration leaves the schema unchanged.
 */
export async function migrate(db: Database, folder = migrationsFolder): Promise<readonly string[]> {
  const [unknown] = await unknownMigrations(db, folder)
  if (unknown)
    throw new NewerSchema(
      `The database was brought up to date by a newer version of this program: it has the migration ${unknown}, which this version does not know. Nothing was changed. Start the newer version, or restore a backup from before the upgrade into an empty database.`,
    )
  const { error, results = [] } = await migrator(db, folder).migrateToLatest()
  if (error) {
    const failed = results.find((result) => result.status === 'Error')?.migrationName
    throw new Error(
      `The migration ${failed ?? ''} failed, and nothing was changed. Start the version that ran before, and report this: ${String(error)}`,
      {
        cause: error,
      },
    )
  }
  return results.map((result) => result.migrationName)
}

/** Brings an empty database to the schema of another one that has exactly these migrations. */
export async function migrateLike(db: Database, names: readonly string[]): Promise<void> {
  const known = (await migrator(db, migrationsFolder).getMigrations()).map(({ name }) => name)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new NewerSchema(`It has the migration ${unknown.at(-1)}, which this version does not know.`)
  const all = new FileMigrationProvider({ fs, path, migrationFolder: migrationsFolder })
  const some = Object.entries(await all.getMigrations()).filter(([name]) => names.includes(name))
  const provider = { getMigrations: async () => Object.fromEntries(some) }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error) throw error
}

/** Whether the schema is the one of this program's migrations, older, or that of a newer program. */
export async function schemaState(
  db: Database,
  folder = migrationsFolder,
): Promise<'current' | 'behind' | 'newer than this version'> {
  if ((await unknownMigrations(db, folder)).length > 0) return 'newer than this version'
  const migrations = await migrator(db, folder).getMigrations()
  return migrations.every((migration) => migration.executedAt) ? 'current' : 'behind'
}

/** Those that the database has and this program does not. */
async function unknownMigrations(db: Database, folder: string): Promise<readonly string[]> {
  const { rows } = await sql<{ there: boolean }>`
    select to_regclass('public.kysely_migration') is not null as there`.execute(db)
  if (!rows[0]?.there) return []
  const known = new Set((await migrator(db, folder).getMigrations()).map(({ name }) => name))
  const applied = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return applied.rows.map(({ name }) => name).filter((name) => !known.has(name))
}

function migrator(db: Database, migrationFolder: string): Migrator {
  const provider = new FileMigrationProvider({ fs, path, migrationFolder })
  // Of two branches, the one that was written first may be merged last: its migration then comes after later ones.
  return new Migrator({ db, provider, allowUnorderedMigrations: true })
}
