import { statfs } from 'node:fs/promises'
import { setTimeout as after } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Config } from '#server/config.ts'
import type { Database } from '#server/db/connection.ts'
import { schemaState } from '#server/db/migrate.ts'
import type { App } from './routes.ts'

type Part = Readonly<{ isWell: boolean; says: string }>
type Parts = Readonly<Record<'database' | 'schema' | 'jobs' | 'disk' | 'ledger', Part>>

const mostMilliseconds = 800
/** Entries usually get their place within half a second. */
const mostLagSeconds = 5
const leastFreeBytes = 500 * 1024 * 1024

/** For whatever watches the service: is the process alive, and can it serve? */
export async function healthRoutes(
  app: App,
  { db, config }: { db: Database; config: Pick<Config, 'dataDir' | 'version'> },
): Promise<void> {
  app.get('/healthz', { config: { policy: 'public' } }, async () => ({
    status: 'alive',
    version: config.version,
  }))

  app.get('/readyz', { config: { policy: 'public' } }, async (_request, reply) => {
    const parts = await lookAtParts(db, config.dataDir)
    // A late job or ledger head is a matter for the administrator: taking the service away would not help anyone.
    const isReady = parts.database.isWell && parts.schema.isWell && parts.disk.isWell
    const said = Object.fromEntries(Object.entries(parts).map(([name, { says }]) => [name, says]))
    const status = !isReady ? 'not ready' : parts.ledger.isWell ? 'ready' : 'degraded'
    return reply.status(isReady ? 200 : 503).send({ status, ...said })
  })
}

async function lookAtParts(db: Database, dataDir: string): Promise<Parts> {
  const [database, schema, jobs, ledger, disk] = await Promise.all([
    inTime('database', async () => {
      await sql`select 1`.execute(db)
      return well('reached')
    }),
    inTime('schema', async () => {
      const state = await schemaState(db)
      // While the next version migrates, this one keeps serving.
      return { isWell: state !== 'behind', says: state }
    }),
    inTime('jobs', () => jobsPart(db)),
    inTime('ledger', () => ledgerPart(db)),
    inTime('disk', () => diskPart(dataDir)),
  ])
  return { database, schema, jobs, disk, ledger }
}

async function jobsPart(db: Database): Promise<Part> {
  const { rows } = await sql<{ late: number; failed: number }>`
    select count(*) filter (where state = 'created' and start_after < now() - interval '15 minutes') as late,
      count(*) filter (where state = 'failed' and completed_on > now() - interval '1 day') as failed
    from pgboss.job`.execute(db)
  const { late, failed } = rows[0]!
  if (late === 0 && failed === 0) return well('on time')
  return { isWell: false, says: `${late} late, ${failed} failed in the last day` }
}

/** The ledger is checked before each head is signed: no new head for two days means that a check failed, or none ran. */
async function ledgerPart(db: Database): Promise<Part> {
  const { rows } = await sql<{
    has_rows: boolean
    is_fresh: boolean | null
    finding: string | null
    lag: number
  }>`
    select (select finding from ledger_checks order by id desc limit 1) as finding, exists (select from ledger_entries) as has_rows,
      (select max(signed_at) from ledger_heads) > now() - interval '2 days'
        or not exists (select from ledger where at < now() - interval '2 days') as is_fresh,
      coalesce((select extract(epoch from clock_timestamp() - min(arrived_at)) from ledger_arrivals), 0)::float8 as lag`.execute(
    db,
  )
  const { has_rows, is_fresh, finding, lag } = rows[0]!
  if (finding) return { isWell: false, says: 'the last check found a change' }
  if (!has_rows) return well('empty')
  if (lag > mostLagSeconds)
    return { isWell: false, says: `an entry has waited ${Math.round(lag)} seconds for its place` }
  return is_fresh ? well('signed') : { isWell: false, says: 'no head signed for two days' }
}

async function diskPart(folder: string): Promise<Part> {
  const { bavail, bsize } = await statfs(folder).catch(() => statfs('.'))
  const free = bavail * bsize
  const megabytes = `${Math.floor(free / 1024 / 1024)} MB free`
  return { isWell: free >= leastFreeBytes, says: megabytes }
}

const well = (says: string): Part => ({ isWell: true, says })

/** A part that does not answer counts as not well: a database that hangs must not make this page hang. */
async function inTime(name: string, check: () => Promise<Part>): Promise<Part> {
  const late = after(mostMilliseconds, { isWell: false, says: 'no answer' }, { ref: false })
  const failed = { isWell: false, says: name === 'database' ? 'not reached' : 'unknown' }
  return Promise.race([check().catch(() => failed), late])
}
