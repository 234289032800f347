import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { holdsOn, isKnown } from '#server/programs/as-of.ts'
import { mayBeNamed } from '#server/programs/queries.ts'

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
    with found as (
      select h.id, h.name, count(*) over ()::int as total from license_holders h
      where ${search === ''} or h.id in (
        select n.id from license_holders n where n.name ilike ${like}
        union select p.holder_id from programs p
          left join lateral (${detailsOn('p', on)}) d on true
          where ${mayBeNamed('p', like)} and (d.name ilike ${like} or d.license_number like ${like}))
      order by lower(h.name), h.id
      limit ${size} offset ${(page - 1) * size}
    )
    select h.id, h.name, h.total,
      coalesce((select json_agg(json_build_object('id', p.id, 'name', coalesce(d.name, h.name), 'license_number', d.license_number,
          'administrators', (select count(distinct r.person_id) from roles r join people a on a.id = r.person_id
            where r.role = 'program_admin' and r.ended_at is null and a.disabled_at is null
              and (r.program_id = p.id or r.holder_id = p.holder_id))) order by lower(coalesce(d.name, h.name)))
        from programs p left join lateral (${detailsOn('p', on)}) d on true where p.holder_id = h.id), '[]') as programs
    from found h order by lower(h.name), h.id`.execute(db)
  return { holders: rows.map(({ total, ...holder }) => holder), total: rows[0]?.total ?? 0 }
}

/** A program's details of a day, or else the latest. */
const detailsOn = (program: string, on: string) => sql`
  select d.name, d.license_number from program_details d where d.program_id = ${sql.ref(`${program}.id`)} and ${isKnown('d', null)}
  order by ${holdsOn('d', on)} desc, d.from_on desc limit 1`
