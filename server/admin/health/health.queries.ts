import { statfs } from 'node:fs/promises'
import path from 'node:path'
import { type Kysely, sql } from 'kysely'
import { findEvidenceRisks } from '#server/db/app-role.ts'
import type { Database } from '#server/db/connection.ts'
import { schemaState } from '#server/db/migrate.ts'
import type { DB } from '#server/db/schema.ts'

export type DatabaseHealth = Readonly<{
  version: string
  bytes: number
  is_migrated: boolean
  /** How the service's role could change evidence. Empty if it can't. */
  risks: readonly string[]
  /** What the database's clock says, to compare with this machine's. */
  now: Date
}>

export async function findDatabaseHealth(db: Database): Promise<DatabaseHealth> {
  const { rows } = await sql<Omit<DatabaseHealth, 'is_migrated' | 'risks'>>`
    select current_setting('server_version') as version, pg_database_size(current_database())::float8 as bytes,
      clock_timestamp() as now`.execute(db)
  const is_migrated = (await schemaState(db)) === 'current'
  return { ...rows[0]!, is_migrated, risks: await findEvidenceRisks(db) }
}

export type JobHealth = Readonly<{ failed: number; waiting: number; last_at: Date | null }>

/** The job queue's last day; null where this installation has no queue. */
export async function findJobHealth(db: Kysely<DB>): Promise<JobHealth | null> {
  const { rows: found } = await sql<{ there: boolean }>`
    select exists (select from pg_namespace where nspname = 'pgboss' and has_schema_privilege(oid, 'usage')) as there`.execute(
    db,
  )
  if (!found[0]?.there) return null
  const { rows } = await sql<JobHealth>`
    select count(*) filter (where state = 'failed' and completed_on > now() - interval '1 day')::int as failed,
      count(*) filter (where state in ('created', 'retry') and start_after < now() - interval '10 minutes')::int as waiting,
      max(completed_on) filter (where state = 'completed') as last_at
    from pgboss.job`.execute(db)
  return rows[0] ?? null
}

export type DiskHealth = Readonly<{ free: number; total: number }>

/** Room on the disk that holds a folder, or will hold it once it is made. */
export async function findDiskHealth(folder: string): Promise<DiskHealth> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder)
    return { free: bavail * bsize, total: blocks * bsize }
  } catch (error) {
    const parent = path.dirname(folder)
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && parent !== folder) return findDiskHealth(parent)
    throw error
  }
}
