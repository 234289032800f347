import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { SearchText } from './search-texts.ts'

/** Fills the tables of the search, unless they hold these texts already. */
export async function fillSearch(db: Database, texts: readonly SearchText[]): Promise<void> {
  const hash = createHash('sha256').update(JSON.stringify(texts)).digest('hex')
  if (await isFilled(db, hash)) return
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('search_texts'))`.execute(trx)
    if (await isFilled(trx, hash)) return
    await sql`delete from search_texts`.execute(trx)
    await trx
      .insertInto('search_texts')
      .values(texts.map((text) => ({ ...text })))
      .execute()
    await sql`delete from search_words`.execute(trx)
    await sql`
      insert into search_words
      select word from ts_stat($$select to_tsvector('simple', title || ' ' || body) from search_texts$$)
      where word ~ '^[a-z]{4,}$'`.execute(trx)
    await sql`delete from search_state`.execute(trx)
    await sql`insert into search_state values (${hash})`.execute(trx)
  })
}

async function isFilled(db: Database, hash: string): Promise<boolean> {
  const { rows } = await sql`select from search_state where hash = ${hash}`.execute(db)
  return rows.length > 0
}
