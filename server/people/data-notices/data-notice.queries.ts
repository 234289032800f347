import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

type DataNotice = Readonly<{
  version: number
  body: string
  summary: string
  published_at: Date
}>

/** The latest data practices notice, or a named version of it. */
export const findDataNotice = (db: Kysely<DB>, version?: number): Promise<DataNotice | undefined> =>
  db
    .selectFrom('data_notices')
    .select(['version', 'body', 'summary', 'published_at'])
    .$if(version !== undefined, (query) => query.where('version', '=', version!))
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()

type NoticeVersion = Readonly<{
  version: number
  summary: string
  published_at: Date
  published_by: string
  acknowledged: number
}>

/** Each version with how many people have acknowledged it. */
export async function listNoticeVersions(db: Kysely<DB>): Promise<readonly NoticeVersion[]> {
  const { rows } = await sql<NoticeVersion>`
    select n.version, n.summary, n.published_at, p.name as published_by,
      (select count(*) from data_notice_acknowledgments a where a.version = n.version)::int as acknowledged
    from data_notices n join people p on p.id = n.published_by order by n.version desc`.execute(db)
  return rows
}

type Reader = Readonly<{
  id: string
  name: string
  email: string | null
  acknowledged_at: Date | null
}>

/** People who can sign in, and when each acknowledged a version, by name; with how many there are in all. */
export async function listReaders(
  db: Kysely<DB>,
  version: number,
  { isDone, page, size }: Readonly<{ isDone: boolean; page: number; size: number }>,
): Promise<Readonly<{ readers: readonly Reader[]; total: number }>> {
  const { rows } = await sql<Reader & { total: number }>`
    select p.id, p.name, p.email, a.acknowledged_at, count(*) over ()::int as total
    from people p left join data_notice_acknowledgments a on a.person_id = p.id and a.version = ${version}
    where p.disabled_at is null and (a.person_id is not null) = ${isDone}
    order by lower(p.name), p.id limit ${size} offset ${(page - 1) * size}`.execute(db)
  return { readers: rows.map(({ total, ...reader }) => reader), total: rows[0]?.total ?? 0 }
}
