import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { holdsOn, isKnown } from '#server/programs/as-of.ts'

/** License numbers and the names of agencies on record, to pass over what a file repeats. */
export async function listKnownPrograms(db: Kysely<DB>) {
  const { rows } = await sql<{ license_number: string | null; key: string }>`
    select d.license_number, lower(h.name) || ' ' || lower(d.name) as key
    from program_details d join programs p on p.id = d.program_id join license_holders h on h.id = p.holder_id
    where d.superseded_at is null`.execute(db)
  return {
    licenses: new Set(rows.flatMap(({ license_number }) => (license_number ? [license_number] : []))),
    names: new Set(rows.map(({ key }) => key)),
  }
}

type HolderWithPrograms = Readonly<{
  id: string
  name: string
  programs: readonly Readonly<{
    id: string
    name: string
    license_number: string | null
    administrators: number
  }>[]
}>

/** License holders and agencies by name, each with its programs and how many administrators each has. */
export async function listHolders(
  db: Kysely<DB>,
  on: string,
  { search, page, size }: Readonly<{ search: string; page: number; size: number }>,
): Promise<Readonly<{ holders: readonly HolderWithPrograms[]; total: number }>> {
  const like = `%${search.replace(/[\\%_]/g, '\\$&')}%`
  const { rows } = await sql<HolderWithPrograms & { total: number }>`
    with named as (
      select p.id, p.holder_id, coalesce(d.name, h.name) as name, d.license_number,
        (select count(distinct r.person_id) from roles r join people a on a.id = r.person_id
          where r.role = 'program_admin' and r.ended_at is null and a.disabled_at is null
            and (r.program_id = p.id or r.holder_id = p.holder_id))::int as administrators
      from programs p join license_holders h on h.id = p.holder_id
      left join lateral (
        select d.* from program_details d where d.program_id = p.id and ${isKnown('d', null)}
        order by ${holdsOn('d', on)} desc, d.from_on desc limit 1) d on true)
    select h.id, h.name, count(*) over ()::int as total,
      coalesce(json_agg(json_build_object('id', n.id, 'name', n.name, 'license_number', n.license_number,
        'administrators', n.administrators) order by lower(n.name)) filter (where n.id is not null), '[]') as programs
    from license_holders h left join named n on n.holder_id = h.id
    where ${search === ''} or h.name ilike ${like} or exists (
      select from named m where m.holder_id = h.id and (m.name ilike ${like} or m.license_number like ${like}))
    group by h.id order by lower(h.name), h.id
    limit ${size} offset ${(page - 1) * size}`.execute(db)
  return { holders: rows.map(({ total, ...holder }) => holder), total: rows[0]?.total ?? 0 }
}
