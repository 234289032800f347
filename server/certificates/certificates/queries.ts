import { type Kysely, sql } from 'kysely'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import type { DB } from '#server/db/schema.ts'
import { accountsOf, joinPerson } from '#server/people/accounts-of.queries.ts'
import { isInOwnTimeOf } from '#server/programs/own-time.queries.ts'
import type { StoredCertificate } from './register-check.ts'

export type CertificateRow = Readonly<{
  id: string
  completion_id: string
  person_id: string
  /** The account that it was issued to: another one of theirs where two were merged. */
  account_id: string
  number: string
  token: string
  facts: CertificateFacts
  issued_at: Date
  is_confidential: boolean
  revoked_at: Date | null
  superseded_at: Date | null
  /** The certificate that replaces this one. */
  corrected_by: Readonly<{ number: string; issued_at: string }> | null
  /** The number of the certificate that this one replaces. */
  corrects: string | null
}>

const certificateRows = (db: Kysely<DB>, where: ReturnType<typeof sql>) =>
  sql<CertificateRow>`
  select c.id, c.completion_id, p.id as person_id, c.person_id as account_id, c.number, c.token, c.facts, c.issued_at, p.is_confidential,
    (select a.acted_at from certificate_status_changes a where a.certificate_id = c.id and a.act = 'revoked') as revoked_at,
    (select a.acted_at from certificate_status_changes a where a.certificate_id = c.id and a.act = 'superseded') as superseded_at,
    (select json_build_object('number', n.number, 'issued_at', n.issued_at) from certificates n where n.corrects_id = c.id) as corrected_by,
    (select o.number from certificates o where o.id = c.corrects_id) as corrects
  from certificates c ${joinPerson('c.person_id')}
  where ${where}`.execute(db)

/** The certificate behind a QR code. */
export async function findCertificateByToken(db: Kysely<DB>, token: string): Promise<CertificateRow | null> {
  const { rows } = await certificateRows(db, sql`c.token = ${token}`)
  return rows[0] ?? null
}

export async function findCertificateById(db: Kysely<DB>, id: string): Promise<CertificateRow | null> {
  const { rows } = await certificateRows(db, sql`c.id = ${id}`)
  return rows[0] ?? null
}

/** Any certificate by its number, only for licensing staff. The public looks certificates up by code. */
export async function findCertificateByNumber(
  db: Kysely<DB>,
  number: string,
): Promise<CertificateRow | null> {
  const { rows } = await certificateRows(db, sql`c.number = ${number}`)
  return rows[0] ?? null
}

/** A person's own certificate by its number. */
export async function findCertificateOf(
  db: Kysely<DB>,
  personId: string,
  number: string,
): Promise<CertificateRow | null> {
  const { rows } = await certificateRows(
    db,
    sql`c.number = ${number} and c.person_id = ${accountsOf([personId])}`,
  )
  return rows[0] ?? null
}

export async function listCertificates(db: Kysely<DB>, personId: string): Promise<readonly CertificateRow[]> {
  const { rows } = await certificateRows(
    db,
    sql`c.person_id = ${accountsOf([personId])} order by c.issued_at desc`,
  )
  return rows
}

/** The certificates of people that some programs see, the latest first. Revoked and replaced ones too. */
export async function listCertificatesForPrograms(
  db: Kysely<DB>,
  personIds: readonly string[],
  programIds: readonly string[],
): Promise<readonly CertificateRow[]> {
  const { rows } = await certificateRows(
    db,
    sql`c.person_id = ${accountsOf(personIds)} and ${isWithin(programIds)} order by p.name, c.issued_at desc`,
  )
  return rows
}

/** The number of the latest certificate in force of each of these people, within the same reach. */
export async function listLatestCertificates(
  db: Kysely<DB>,
  personIds: readonly string[],
  programIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ person_id: string; number: string }>`
    select distinct on (p.id) p.id as person_id, c.number from certificates c ${joinPerson('c.person_id')}
    where c.person_id = ${accountsOf(personIds)}
      and not exists (select from certificate_status_changes s where s.certificate_id = c.id) and ${isWithin(programIds)}
    order by p.id, c.issued_at desc`.execute(db)
  return new Map(rows.map(({ person_id, number }) => [person_id, number]))
}

const isWithin = (programIds: readonly string[]) =>
  isInOwnTimeOf(programIds, sql`p.id`, sql`(c.facts ->> 'completed_on')::date`)

export async function findCertificateOfCompletion(
  db: Kysely<DB>,
  completionId: string,
): Promise<CertificateRow | null> {
  const { rows } = await certificateRows(
    db,
    sql`c.completion_id = ${completionId} order by c.issued_at desc limit 1`,
  )
  return rows[0] ?? null
}

export const findCertificateFile = (db: Kysely<DB>, certificateId: string) =>
  db
    .selectFrom('certificate_files')
    .select(['pdf', 'sha256', 'credential'])
    .where('certificate_id', '=', certificateId)
    .executeTakeFirst()

/** The stored parts that a certificate's credential is made of. */
export const findProof = (db: Kysely<DB>, certificateId: string) =>
  db
    .selectFrom('certificate_proofs')
    .select(['salt', 'list', 'revocation_index'])
    .where('certificate_id', '=', certificateId)
    .executeTakeFirstOrThrow()

/** Certificates that have no PDF yet. */
export async function listUndrawn(db: Kysely<DB>, limit: number): Promise<readonly CertificateRow[]> {
  const { rows } = await certificateRows(
    db,
    sql`not exists (select from certificate_files f where f.certificate_id = c.id) order by c.issued_at limit ${limit}`,
  )
  return rows
}

type RefusedRow = Readonly<{
  completion_id: string
  person_id: string
  /** The name on the account today. */
  person_name: string
  certified: Omit<CertificateFacts, 'certificate_number' | 'token' | 'verify_url' | 'issuer_name'>
  reason: string
  refused_at: Date
}>

/** Completions without a certificate because something on it could not be printed. */
export async function listRefused(db: Kysely<DB>): Promise<readonly RefusedRow[]> {
  const { rows } = await sql<RefusedRow>`
    select r.completion_id, c.person_id, p.name as person_name, r.certified, r.reason, r.refused_at
    from certificate_refusals r
    join completions c on c.id = r.completion_id
    join people p on p.id = c.person_id
    where not exists (select from certificates i where i.completion_id = r.completion_id)
      and not exists (select from completion_voids v where v.completion_id = r.completion_id)
    order by r.refused_at`.execute(db)
  return rows
}

/** The whole register, to compare with the ledger. */
export async function listRegister(
  db: Kysely<DB>,
  page?: Readonly<{ after: string | null; many: number }>,
): Promise<readonly StoredCertificate[]> {
  const from = page?.after == null ? sql`true` : sql`c.number > ${page.after}`
  const { rows } = await sql<StoredCertificate>`
    select c.number, c.facts, encode(sha256(f.pdf), 'hex') as pdf_sha256,
      array(select a.act from certificate_status_changes a where a.certificate_id = c.id order by a.act) as ended
    from certificates c left join certificate_files f on f.certificate_id = c.id
    where ${from} order by c.number limit ${page?.many ?? null}`.execute(db)
  return rows
}

/** The first entry of these kinds whose certificate is not in the register. */
export async function findUnregistered(
  db: Kysely<DB>,
  kinds: readonly string[],
): Promise<Readonly<{ seq: number; subject: string }> | null> {
  const { rows } = await sql<{ seq: number; subject: string }>`
    select coalesce(l.seq, (select coalesce(max(seq), 0) + 1 from ledger)) as seq, l.subject from ledger_entries l
    where l.kind = any(${[...kinds]}::text[])
      and not exists (select from certificates c where c.number = replace(l.subject, 'certificate:', ''))
    order by l.turn limit 1`.execute(db)
  return rows[0] ?? null
}
