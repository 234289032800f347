import type { Socket } from 'node:net'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { DB } from './schema.ts'

export type Database = Kysely<DB>

// Keep a calendar day as the text '2026-03-01': pg would make it a Date at local midnight and shift due dates.
const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.DATE, (text) => text)
types.setTypeParser(pg.types.builtins.INT8, Number)

// Pages run the same few statements again and again. Named statements are planned once per connection. Their texts
// vary with filters, and every name takes memory in the database, so the number of names is limited.
const mostNames = 300

/** What pg says when no answer came in `query_timeout`. */
const noAnswer = 'Query read timeout'

/** Connections of one pool. They are closed when an answer does not come: the other end is gone, and nothing said so. */
class PatientClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: pg's query is overloaded in ways that a subclass can only pass on
  override query(text: any, values?: any, done?: any): any {
    const answer: unknown = super.query(text, values, done)
    if (answer instanceof Promise)
      answer.catch((error: Error) => {
        if (error.message !== noAnswer) return
        // Otherwise the pool would hand it out again, to wait behind the statement that never ended.
        this.end().catch(() => {})
        socketOf(this).destroy()
      })
    return answer
  }
}

const socketOf = (client: pg.Client): Socket =>
  (client as unknown as Readonly<{ connection: Readonly<{ stream: Socket }> }>).connection.stream

/** Connections of one pool that send Kysely's statements as named ones. */
function namingClient(): typeof pg.Client {
  const names = new Map<string, string>()
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text)
    if (known || names.size === mostNames) return known
    const name = `s${names.size}`
    names.set(text, name)
    return name
  }
  return class extends PatientClient {
    // biome-ignore lint/suspicious/noExplicitAny: pg's query is overloaded in ways that a subclass can only pass on
    override query(text: any, values?: any, done?: any): any {
      const isNamed = typeof text === 'string' && Array.isArray(values) && values.length > 0
      return isNamed
        ? super.query({ name: nameOf(text), text, values }, done)
        : super.query(text, values, done)
    }
  }
}

/** How long the service waits for its database, in seconds. Commands and migrations wait without a limit. */
export type Patience = Readonly<{
  /** For a free connection. */
  connectionSeconds?: number
  /** For a statement's result. */
  statementSeconds?: number
  /** For a lock that another transaction holds. */
  lockSeconds?: number
  /** For the next statement of an open transaction. */
  idleTransactionSeconds?: number
}>

/**
 * PgBouncer in transaction mode gives each transaction another connection: it takes no settings of a session, and before
 * 1.21 no named statements. The address says so, in the way that other libraries know.
 */
export const isPooled = (url: string): boolean => new URL(url).searchParams.get('pgbouncer') === 'true'

/** A database that is there ends a statement itself. So much later, no answer means that the network is cut. */
const graceSeconds = 2

/** A pool of connections to one database; close it with `db.destroy()`. */
export function connect(
  url: string,
  pool = 10,
  patience: Patience = {},
  access: 'read and write' | 'read only' = 'read and write',
): { db: Database; pool: pg.Pool } {
  const readOnly = access === 'read only' ? ['-c default_transaction_read_only=on'] : []
  const options = [sessionOptions(patience), ...readOnly].join(' ')
  const connections = new pg.Pool({
    ...(isPooled(url) ? { Client: PatientClient } : { Client: namingClient(), options }),
    connectionString: url,
    max: pool,
    types,
    application_name: 'safe-harbor-training',
    // A connection whose other end is gone without a word is noticed while it idles.
    keepAlive: true,
    ...(patience.statementSeconds
      ? { query_timeout: (patience.statementSeconds + graceSeconds) * 1000 }
      : {}),
    connectionTimeoutMillis: (patience.connectionSeconds ?? 0) * 1000,
  })
  // When the database server drops a connection, its client emits an error. An error without a listener would end the
  // process: one listener for idle clients, which the pool replaces, and one for those in use, whose query fails too.
  connections.on('error', () => {})
  connections.on('connect', (client) => client.on('error', () => {}))
  return { db: new Kysely<DB>({ dialect: new PostgresDialect({ pool: connections }) }), pool: connections }
}

export const ownSession = 'safe_harbor.own_session'

function sessionOptions({ statementSeconds, lockSeconds, idleTransactionSeconds }: Patience): string {
  const limits = {
    statement_timeout: statementSeconds,
    lock_timeout: lockSeconds,
    idle_in_transaction_session_timeout: idleTransactionSeconds,
  }
  const set = Object.entries(limits).flatMap(([name, seconds]) => (seconds ? [`-c ${name}=${seconds}s`] : []))
  // The last one shows at the start that no pooler kept the others from the database.
  return ['-c timezone=UTC', ...set, `-c ${ownSession}=yes`].join(' ')
}
