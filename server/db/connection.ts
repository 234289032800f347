import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { DB } from './schema.ts'

export type Database = Kysely<DB>

// A calendar day stays the text '2026-03-01': pg would make it a local midnight and shift due dates.
const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.DATE, (text) => text)
types.setTypeParser(pg.types.builtins.INT8, Number)

/** A pool of connections to one database; close it with `db.destroy()`. */
export function connect(url: string, pool = 10): { db: Database; pool: pg.Pool } {
  const connections = new pg.Pool({
    connectionString: url,
    max: pool,
    types,
    application_name: 'safe-harbor-training',
    options: '-c timezone=UTC',
  })
  // An idle connection that the server drops is replaced at the next query; without a listener it would end the process.
  connections.on('error', () => {})
  return { db: new Kysely<DB>({ dialect: new PostgresDialect({ pool: connections }) }), pool: connections }
}
