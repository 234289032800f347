import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { specializedCertification } from '#server/law/facts/ruleset.ts'
import type { Day } from '#server/lib/days.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { type AsKnownOn, holdsOn, isKnown } from './as-of.ts'

type ProgramOnCertificate = Readonly<{
  name: string
  license_number: string | null
  license_type: string | null
  holder: string
}>

/**
 * The program to print on a certificate: where the person worked that day. A certified program comes first, then the one
 * where they have worked longest. Null when they worked nowhere.
 */
export async function findProgramOfPerson(
  db: Kysely<DB>,
  personId: string,
  on: string,
): Promise<ProgramOnCertificate | null> {
  const { rows } = await sql<ProgramOnCertificate>`
    select d.name, d.license_number, d.license_type, h.name as holder
    from assignments a
    join programs p on p.id = a.program_id
    join license_holders h on h.id = p.holder_id
    join program_details d on d.program_id = p.id and d.superseded_at is null
      and d.from_on <= ${on} and (d.to_on is null or d.to_on >= ${on})
    left join certifications c on c.program_id = p.id and c.superseded_at is null and c.type = ${specializedCertification}
      and c.from_on <= ${on} and (c.to_on is null or c.to_on >= ${on})
    where a.person_id = ${personId} and a.superseded_at is null
      and a.hired_on <= ${on} and (a.separated_on is null or a.separated_on >= ${on})
    order by (c.id is null), a.hired_on, d.name
    limit 1`.execute(db)
  return rows[0] ?? null
}

export type ProgramHead = Readonly<{
  id: string
  kind: 'licensed' | 'agency'
  name: string
  place: string
  holder: string
  license_number: string | null
  license_type: string | null
  licensing_authority: string | null
}>

/** A program as it was on a day. Null when it doesn't exist or the viewer may not see it. */
export async function findProgramOf(
  db: Kysely<DB>,
  viewer: Viewer,
  programId: string,
  on: Day,
  asKnownOn: AsKnownOn = null,
): Promise<ProgramHead | null> {
  const { rows } = await sql<ProgramHead>`
    ${heads(on, asKnownOn)} where p.id = ${programId} and ${isSeenBy(viewer)}`.execute(db)
  return rows[0] ?? null
}

export type Place = Readonly<{
  program: ProgramHead
  /** A few of the viewer's other programs, by name, for the program switcher. */
  others: readonly ProgramHead[]
  hasMore: boolean
  canChange: boolean
}>

/** A program, with the other programs that its viewer can switch to. */
export async function findPlaceOf(
  db: Kysely<DB>,
  viewer: Viewer,
  programId: string,
  on: Day,
  asKnownOn: AsKnownOn = null,
): Promise<Place | null> {
  const program = await findProgramOf(db, viewer, programId, on, asKnownOn)
  if (!program) return null
  const { programs, total } = await listProgramsOf(db, viewer, on, { size: switchSize + 1 })
  return {
    program,
    others: programs.filter(({ id }) => id !== programId).slice(0, switchSize),
    hasMore: total > switchSize + 1,
    canChange: viewer.administered_program_ids.includes(programId),
  }
}

const switchSize = 12

/** A roster page, for the program's supervisors and administrators. Licensing staff have separate pages. */
export const findRosterOf = async (
  db: Kysely<DB>,
  viewer: Viewer,
  programId: string,
  on: Day,
): Promise<Place | null> =>
  viewer.supervised_program_ids.includes(programId) ? findPlaceOf(db, viewer, programId, on) : null

/** A roster that the viewer may change. */
export const findRosterToChangeOf = async (
  db: Kysely<DB>,
  viewer: Viewer,
  programId: string,
  on: Day,
): Promise<Place | null> =>
  viewer.administered_program_ids.includes(programId) ? findPlaceOf(db, viewer, programId, on) : null

/** The programs that the viewer may see, by name. */
export async function listProgramsOf(
  db: Kysely<DB>,
  viewer: Viewer,
  on: Day,
  { search = '', page = 1, size = 50 }: Readonly<{ search?: string; page?: number; size?: number }> = {},
): Promise<Readonly<{ programs: readonly ProgramHead[]; total: number }>> {
  const like = `%${search.replace(/[\\%_]/g, '\\$&')}%`
  const { rows } = await sql<ProgramHead & { total: number }>`
    select found.*, count(*) over () as total from (${heads(on, null)}
      where ${isSeenBy(viewer)} and ${search === '' ? sql`true` : mayBeNamed('p', like)}) found
    where ${search === ''} or found.name ilike ${like} or found.holder ilike ${like} or found.license_number like ${like}
    order by lower(found.name), found.id
    limit ${size} offset ${(page - 1) * size}`.execute(db)
  return { programs: rows.map(({ total, ...program }) => program), total: rows[0]?.total ?? 0 }
}

/**
 * Programs that a search can find at all, by any name, place or license that they or their license holder ever had. Each
 * part has an index, which the names of one day can't have.
 */
export const mayBeNamed = (program: string, like: string): RawBuilder<boolean> => sql<boolean>`
  ${sql.ref(`${program}.id`)} in (
    select d.program_id from program_details d
    where coalesce(d.license_number, '') || '-' || coalesce(d.license_type, '') || ' ' || d.name || ' ' || d.place ilike ${like}
    union select g.id from license_holders h join programs g on g.holder_id = h.id where h.name ilike ${like})`

/** Where a program has no name on record for that day, the license holder's name is used. */
const heads = (on: Day, asKnownOn: AsKnownOn) => sql`
    select p.id, p.kind, coalesce(d.name, h.name) as name, coalesce(d.place, '') as place, h.name as holder,
      d.license_number, d.license_type, d.licensing_authority
    from programs p
    join license_holders h on h.id = p.holder_id
    left join lateral (
      select d.* from program_details d
      where d.program_id = p.id and ${isKnown('d', asKnownOn)}
      order by ${holdsOn('d', on)} desc, d.from_on desc limit 1
    ) d on true`

/** Supervisors, trainers and administrators see their own programs. Licensing staff and system administrators see all of them. */
const isSeenBy = (viewer: Viewer) =>
  hasRole(viewer, 'licensing', 'system_admin')
    ? sql`true`
    : sql`p.id = any(${[...viewer.supervised_program_ids, ...viewer.trained_program_ids]}::uuid[])`
