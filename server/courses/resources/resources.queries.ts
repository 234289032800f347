import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { ResourceRecord } from './resource-list.ts'

/** The newest record of each resource. */
export async function listResourceRecords(db: Kysely<DB>): Promise<readonly ResourceRecord[]> {
  const { rows } = await sql<ResourceRecord>`
    select distinct on (resource) resource, group_id, name, about, phone, sms, url, email, regions, source, checked_on,
      is_listed, reason
    from resource_records order by resource, id desc`.execute(db)
  return rows
}

/** Changes with each record: what was made from older ones is out of date. */
export async function findNewestRecord(db: Kysely<DB>): Promise<string> {
  const row = await db
    .selectFrom('resource_records')
    .select((of) => of.fn.max('id').as('id'))
    .executeTakeFirst()
  return String(row?.id ?? 0)
}

type ResourceHistory = Readonly<{
  id: number
  checked_on: string
  is_listed: boolean
  reason: string
  source: string
  recorded_at: Date
  who: string
}>

export async function listHistoryOf(db: Kysely<DB>, resource: string): Promise<readonly ResourceHistory[]> {
  return db
    .selectFrom('resource_records as r')
    .innerJoin('people as p', 'p.id', 'r.recorded_by')
    .select(['r.id', 'r.checked_on', 'r.is_listed', 'r.reason', 'r.source', 'r.recorded_at', 'p.name as who'])
    .where('resource', '=', resource)
    .orderBy('r.id', 'desc')
    .limit(50)
    .execute()
}

export type LinkCheck = Readonly<{
  url: string
  checked_at: Date
  verdict: 'works' | 'broken' | 'unclear'
  says: string
  moved_to: string | null
  failing_since: Date | null
}>

export async function listLinkChecks(db: Kysely<DB>): Promise<readonly LinkCheck[]> {
  const rows = await db
    .selectFrom('link_checks')
    .select(['url', 'checked_at', 'verdict', 'says', 'moved_to', 'failing_since'])
    .execute()
  return rows as readonly LinkCheck[]
}
