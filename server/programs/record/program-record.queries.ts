import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { type AsKnownOn, isKnown } from '#server/programs/as-of.ts'

type Lasting = Readonly<{
  row_id: string
  /** Stays the same when a correction replaces the row. */
  period_id: string
  from_on: Day
  to_on: Day | null
}>

export type DetailsRow = Lasting &
  Readonly<{
    name: string
    license_number: string | null
    license_type: string | null
    licensing_authority: 'DHS' | 'DOC' | 'other' | null
    place: string
  }>

export type LicenseStatus = 'active' | 'conditional' | 'suspended' | 'revoked' | 'expired'
export type StatusRow = Lasting &
  Readonly<{ status: LicenseStatus; may_operate: boolean; checked_on: Day | null }>
export type CertificationRow = Lasting & Readonly<{ type: string; checked_on: Day | null }>

/** Everything on record about a program, latest first. */
export type ProgramRecord = Readonly<{
  details: readonly DetailsRow[]
  statuses: readonly StatusRow[]
  certifications: readonly CertificationRow[]
}>

export async function findProgramRecord(
  db: Kysely<DB>,
  programId: string,
  asKnownOn: AsKnownOn = null,
): Promise<ProgramRecord> {
  const rows = (table: string) => sql`
    (select coalesce(json_agg(to_jsonb(r) || jsonb_build_object('row_id', r.id) order by r.from_on desc), '[]')
      from ${sql.table(table)} r where r.program_id = ${programId} and ${isKnown('r', asKnownOn)})`
  const found = await sql<ProgramRecord>`
    select ${rows('program_details')} as details, ${rows('license_statuses')} as statuses,
      ${rows('certifications')} as certifications`.execute(db)
  return found.rows[0] ?? { details: [], statuses: [], certifications: [] }
}

/** Corrections of a program's record: superseded rows with their reasons. */
export async function listProgramCorrections(db: Kysely<DB>, programId: string) {
  const superseded = (table: string, what: string) => sql`
    select ${what} as what, r.from_on, r.to_on, r.superseded_at, r.superseded_reason, p.name as who
    from ${sql.table(table)} r left join people p on p.id = r.superseded_by
    where r.program_id = ${programId} and r.superseded_at is not null`
  const { rows } = await sql<{
    what: 'Details' | 'License status' | 'Certification'
    from_on: Day
    to_on: Day | null
    superseded_at: Date
    superseded_reason: string
    who: string | null
  }>`
    ${superseded('program_details', 'Details')} union all ${superseded('license_statuses', 'License status')}
    union all ${superseded('certifications', 'Certification')}
    order by superseded_at desc limit 100`.execute(db)
  return rows
}

/** Finds an existing license holder by name, to add a program to it. */
export const findHolderByName = (db: Kysely<DB>, name: string) =>
  db
    .selectFrom('license_holders')
    .select('id')
    .where(sql<boolean>`lower(name) = lower(${name})`)
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst()

export async function listHolderNames(db: Kysely<DB>): Promise<readonly string[]> {
  const holders = await db.selectFrom('license_holders').select('name').distinct().orderBy('name').execute()
  return holders.map(({ name }) => name)
}

/** Another program that has this license number on a day of the period. */
export async function findProgramWithLicense(
  db: Kysely<DB>,
  license: string,
  { from_on, to_on }: Readonly<{ from_on: Day; to_on: Day | null }>,
  exceptProgramId: string | null,
): Promise<Readonly<{ id: string; name: string }> | null> {
  const { rows } = await sql<{ id: string; name: string }>`
    select d.program_id as id, d.name from program_details d
    where d.superseded_at is null and d.license_number = ${license}
      and d.program_id is distinct from ${exceptProgramId}::uuid
      and coalesce(d.to_on >= ${from_on}::date, true) and coalesce(d.from_on <= ${to_on}::date, true)
    order by d.from_on desc limit 1`.execute(db)
  return rows[0] ?? null
}

/** Everyone whose standings may depend on this program's record. */
export async function listPeopleOf(db: Kysely<DB>, programId: string): Promise<readonly string[]> {
  const people = await db
    .selectFrom('assignments')
    .select('person_id')
    .distinct()
    .where('program_id', '=', programId)
    .where('superseded_at', 'is', null)
    .execute()
  return people.map(({ person_id }) => person_id)
}
