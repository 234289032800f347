import { sql } from 'kysely'
import type { Database } from './connection.ts'

/** What the job queue and a start or a command beside the service connect with, besides the pool. */
const otherConnections = 5
const mostSecondsOff = 60

/** Refuses a database server that this service cannot work with, in words. */
export async function checkServer(db: Database, pool: number, now: Date): Promise<void> {
  const { rows } = await sql<{ free: number; now: Date }>`
    select current_setting('max_connections')::int
      - current_setting('superuser_reserved_connections')::int as free, clock_timestamp() as now`.execute(db)
  const server = rows[0]!
  if (pool + otherConnections > server.free)
    throw new Error(
      `DATABASE_POOL=${pool} is more than the database allows. It takes ${server.free} connections, and ${otherConnections} of them are for jobs and commands. Set DATABASE_POOL to ${Math.max(1, server.free - otherConnections)} or less.`,
    )
  const seconds = Math.round(Math.abs(server.now.getTime() - now.getTime()) / 1000)
  if (seconds > mostSecondsOff)
    throw new Error(
      `The clock of this machine and the clock of the database are ${seconds} seconds apart. Due dates and certificates depend on the time. Set both clocks (NTP), then start again.`,
    )
}
