import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

/** The grants by which a token's owner administers its program, or did. */
const ownersRoles = sql`
  select from roles r join programs g on g.id = t.program_id join people maker on maker.id = t.created_by
  where r.person_id in (maker.id, maker.merged_into) and r.role = 'program_admin'
    and (r.program_id = t.program_id or r.holder_id = g.holder_id)`

const ownerAdministers = sql<boolean>`(
  exists (select from people o where o.id = t.created_by and o.disabled_at is null)
  and exists (${ownersRoles} and r.ended_at is null)
  and not exists (${ownersRoles} and r.ended_at >= t.created_at))`

/**
 * The SQL of "a token speaks for its program now": it is neither ended nor past its day, and its owner still
 * administers the program. A role that ended ends the token for good, even if it is given again.
 */
export const isTokenInForce = (now: Date) => sql<boolean>`(
  t.ended_at is null and t.expires_at > ${now}::timestamptz and ${ownerAdministers})`

type ApiToken = Readonly<{
  id: string
  label: string
  program_id: string
  program: string
  owner: string
  may_send_shifts: boolean
  created_at: Date
  expires_at: Date
  last_used_at: Date | null
  ended_at: Date | null
  owner_administers: boolean
}>

type Asked = Readonly<{ programId: string | null; page: number; size: number }>

/** The tokens of one program, or of all of them, a page at a time; those that still work come first. */
export async function listApiTokens(
  db: Kysely<DB>,
  now: Date,
  { programId, page, size }: Asked,
): Promise<Readonly<{ tokens: readonly ApiToken[]; total: number }>> {
  const { rows } = await sql<ApiToken & { total: number }>`
    select t.id, t.label, t.program_id, coalesce(named.name, h.name) as program, o.name as owner, t.may_send_shifts, t.created_at,
      t.expires_at, t.last_used_at, t.ended_at, ${ownerAdministers} as owner_administers,
      count(*) over ()::int as total
    from api_tokens t
    join people o on o.id = t.created_by
    join programs g on g.id = t.program_id
    join license_holders h on h.id = g.holder_id
    left join lateral (
      select d.name from program_details d where d.program_id = g.id and d.superseded_at is null
      order by d.from_on desc limit 1) named on true
    where ${programId}::uuid is null or t.program_id = ${programId}::uuid
    order by ${isTokenInForce(now)} desc, t.created_at desc, t.id
    limit ${size} offset ${(page - 1) * size}`.execute(db)
  return { tokens: rows.map(({ total, ...token }) => token), total: rows[0]?.total ?? 0 }
}
