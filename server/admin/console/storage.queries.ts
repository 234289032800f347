import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

type TableSize = Readonly<{ name: string; bytes: number; rows: number }>

/** The largest tables with their indexes and large values; the rows are the database's own estimate. */
export async function listTableSizes(db: Kysely<DB>, size: number): Promise<readonly TableSize[]> {
  const { rows } = await sql<TableSize>`
    select c.relname as name, pg_total_relation_size(c.oid)::float8 as bytes, greatest(c.reltuples, 0)::float8 as rows
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'r'
    order by bytes desc, name limit ${size}`.execute(db)
  return rows
}
