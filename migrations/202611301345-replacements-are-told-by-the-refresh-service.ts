import { type Kysely, sql } from 'kysely'

/** New certificates have an entry in the list of revocations only. Earlier ones keep theirs in the list of replacements. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table certificate_proofs alter column supersession_index drop not null`.execute(db)
}
