import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { specializedCertification } from '#server/law/facts/ruleset.ts'
import type { Day } from '#server/lib/days.ts'
import { holdsOn, isKnown } from '#server/programs/as-of.ts'
import { mayBeNamed, type ProgramHead } from '#server/programs/queries.ts'
import type { LicenseStatus } from '#server/programs/record/program-record.queries.ts'

type FoundProgram = Readonly<{
  id: string
  kind: 'licensed' | 'agency'
  name: string
  place: string
  holder: string
  license_number: string | null
  license_type: string | null
  status: LicenseStatus | null
  may_operate: boolean | null
  /** When the status was last compared with the licensing record. */
  checked_on: Day | null
  is_certified: boolean
}>

type Found = Readonly<{ programs: readonly FoundProgram[]; total: number }>

/**
 * Programs that contain every typed word in the license number (as 9900001-CRF), the name, the license holder or the
 * place. Those that begin with the words come first.
 */
export async function findPrograms(db: Kysely<DB>, search: string, on: Day, limit: number): Promise<Found> {
  const words = search.split(/\s+/).filter(Boolean).slice(0, 12)
  const likes = words.map((word) => `%${escaped(word)}%`)
  const longest = likes.toSorted((a, b) => b.length - a.length)[0]
  const begins = `${escaped(words.join(' '))}%`
  const { rows } = await sql<FoundProgram & { total: number }>`
    with named as (
      select p.id, p.kind, coalesce(d.name, h.name) as name, coalesce(d.place, '') as place, h.name as holder,
        d.license_number, d.license_type,
        concat_ws('-', d.license_number, d.license_type) as license
      from programs p
      join license_holders h on h.id = p.holder_id
      left join lateral (
        select d.* from program_details d where d.program_id = p.id and ${isKnown('d', null)}
        order by ${holdsOn('d', on)} desc, d.from_on desc limit 1
      ) d on true
      where ${longest ? mayBeNamed('p', longest) : sql`true`}
    ), found as (
      select n.*, count(*) over () as total from named n
      where not exists (
        select from unnest(${likes}::text[]) word
        where concat_ws(' ', n.license, n.name, n.holder, n.place) not ilike word)
      order by (n.license ilike ${begins} or n.name ilike ${begins}) desc, lower(n.name), n.id
      limit ${limit}
    )
    select f.id, f.kind, f.name, f.place, f.holder, f.license_number, f.license_type, f.total,
      s.status, s.may_operate, s.checked_on,
      exists (select from certifications c where c.program_id = f.id and c.type = ${specializedCertification}
        and ${isKnown('c', null)} and ${holdsOn('c', on)}) as is_certified
    from found f
    left join lateral (
      select s.* from license_statuses s where s.program_id = f.id and ${isKnown('s', null)} and ${holdsOn('s', on)}
      order by s.from_on desc limit 1
    ) s on true
    order by (f.license ilike ${begins} or f.name ilike ${begins}) desc, lower(f.name), f.id`.execute(db)
  return { programs: rows.map(({ total: _, ...program }) => program), total: rows[0]?.total ?? 0 }
}

/** A program as it was on a day, for background jobs. The caller must have checked access. */
export async function findProgramHead(
  db: Kysely<DB>,
  programId: string,
  on: Day,
): Promise<ProgramHead | null> {
  const { rows } = await sql<ProgramHead>`
    select p.id, p.kind, coalesce(d.name, h.name) as name, coalesce(d.place, '') as place, h.name as holder,
      d.license_number, d.license_type, d.licensing_authority
    from programs p
    join license_holders h on h.id = p.holder_id
    left join lateral (
      select d.* from program_details d where d.program_id = p.id and ${isKnown('d', null)}
      order by ${holdsOn('d', on)} desc, d.from_on desc limit 1
    ) d on true
    where p.id = ${programId}`.execute(db)
  return rows[0] ?? null
}

const escaped = (text: string) => text.replace(/[\\%_]/g, '\\$&')
