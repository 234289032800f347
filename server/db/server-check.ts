import { sql } from 'kysely'
import { type Database, isPooled, ownSession } from './connection.ts'

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

/** Refuses a pooler that the address doesn't name, and one behind which the database lacks what the service expects. */
export async function checkPooler(db: Database, url: string): Promise<void> {
  const { rows } = await sql<{ role: string; is_own: boolean; is_set: boolean }>`
    select quote_ident(current_user) as role, current_setting(${ownSession}, true) is not null as is_own,
      current_setting('timezone') = 'UTC' and current_setting('lock_timeout') <> '0'
        and current_setting('statement_timeout') <> '0' as is_set`.execute(db)
  const { role, is_own, is_set } = rows[0]!
  if (!isPooled(url) && !is_own) throw new Error(unnamedPooler)
  if (isPooled(url) && !is_set)
    throw new Error(
      `DATABASE_URL leads to a pooler (pgbouncer=true), so the database has to know what the service expects of a connection. Run these once in the database, reconnect the pooler, and start again:
  alter role ${role} set timezone = 'UTC';
  alter role ${role} set lock_timeout = '10s';
  alter role ${role} set statement_timeout = '30s';
  alter role ${role} set idle_in_transaction_session_timeout = '60s';`,
    )
}

/** A pooler that the address doesn't name may refuse the settings of a session, or leave them out. */
export const isPoolerRefusal = ({ message }: Error): boolean => /unsupported startup parameter/.test(message)

export const unnamedPooler =
  'DATABASE_URL leads to PgBouncer. Add pgbouncer=true to it, as in postgres://…/safe_harbor?pgbouncer=true, and read “PgBouncer” in docs/operations.md.'
