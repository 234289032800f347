import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Finding } from './checking.ts'

type LastCheck = Readonly<{ checked_at: Date; finding: string | null }>

/** Keeps what a check found. Until a later one finds nothing, the record is under review. */
export const recordCheck = (db: Kysely<DB>, entries: number, finding: Finding | null, checked_at: Date) =>
  db
    .insertInto('ledger_checks')
    .values({ checked_at, entries, finding: finding && `Entry ${finding.row}: ${finding.what}` })
    .execute()

export async function findLastCheck(db: Kysely<DB>): Promise<LastCheck | null> {
  const row = await db
    .selectFrom('ledger_checks')
    .select(['checked_at', 'finding'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}
