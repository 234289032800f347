import { type Kysely, sql } from 'kysely'

/** A packet that is being made says what is being done: its certificates are gathered, then its pages are set. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table review_packets add column stage text not null default 'waiting'
      check (stage in ('waiting', 'certificates', 'pages'))
  `.execute(db)
}
