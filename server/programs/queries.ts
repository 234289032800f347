import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

export type ProgramOnCertificate = Readonly<{
  name: string
  license_number: string | null
  license_type: string | null
  holder: string
}>

/**
 * The program under which a person worked on a day, for the certificate: a certified one before others, then the one
 * where they have worked longest; null when there is none.
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
    left join certifications c on c.program_id = p.id and c.superseded_at is null and c.type = 'st-cse-at-risk'
      and c.from_on <= ${on} and (c.to_on is null or c.to_on >= ${on})
    where a.person_id = ${personId} and a.superseded_at is null
      and a.hired_on <= ${on} and (a.separated_on is null or a.separated_on >= ${on})
    order by (c.id is null), a.hired_on, d.name
    limit 1`.execute(db)
  return rows[0] ?? null
}
