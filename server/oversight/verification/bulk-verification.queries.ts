import { type Kysely, sql } from 'kysely'
import type { CertificateRow } from '#server/certificates/certificates/queries.ts'
import type { DB } from '#server/db/schema.ts'
import { joinPerson } from '#server/people/accounts-of.queries.ts'
import type { BulkResult } from './bulk-verification.ts'

/** The certificates with one of these numbers, codes or files. One statement. */
export async function listCertificatesAsked(
  db: Kysely<DB>,
  asked: Readonly<{ numbers: readonly string[]; tokens: readonly string[]; hashes: readonly string[] }>,
) {
  const { rows } = await sql<CertificateRow & { sha256: string | null }>`
    select c.id, c.completion_id, p.id as person_id, c.person_id as account_id, c.number, c.token, c.facts, c.issued_at, p.is_confidential, f.sha256,
      (select a.acted_at from certificate_status_changes a where a.certificate_id = c.id and a.act = 'revoked') as revoked_at,
      (select a.acted_at from certificate_status_changes a where a.certificate_id = c.id and a.act = 'superseded') as superseded_at,
      (select json_build_object('number', n.number, 'issued_at', n.issued_at) from certificates n
        where n.corrects_id = c.id) as corrected_by
    from certificates c ${joinPerson('c.person_id')}
    left join certificate_files f on f.certificate_id = c.id
    where c.number = any(${[...asked.numbers]}::text[]) or c.token = any(${[...asked.tokens]}::text[])
      or f.sha256 = any(${[...asked.hashes]}::text[])`.execute(db)
  return rows.map((row) => ({
    ...row,
    status: row.revoked_at
      ? ('revoked' as const)
      : row.superseded_at
        ? ('superseded' as const)
        : ('valid' as const),
    replaced_by: row.corrected_by?.number ?? null,
  }))
}

export async function listBulkVerifications(db: Kysely<DB>, reviewId: string) {
  const { rows } = await sql<{ id: string; verified_at: Date; verified_by_name: string; asked: number }>`
    select v.id, v.verified_at, p.name as verified_by_name,
      (select count(*) from jsonb_array_elements(v.results) r where r ->> 'asked' <> ''
        and r ->> 'verdict' not in ('not-a-certificate', 'unreadable')) as asked
    from bulk_verifications v join people p on p.id = v.verified_by
    where v.review_id = ${reviewId} order by v.verified_at desc`.execute(db)
  return rows
}

export async function findBulkVerification(db: Kysely<DB>, reviewId: string, id: string) {
  const row = await db
    .selectFrom('bulk_verifications')
    .innerJoin('people', 'people.id', 'bulk_verifications.verified_by')
    .select(['bulk_verifications.id', 'results', 'verified_at', 'people.name as verified_by_name'])
    .where('bulk_verifications.id', '=', id)
    .where('review_id', '=', reviewId)
    .executeTakeFirst()
  return row ? { ...row, results: row.results as unknown as readonly BulkResult[] } : null
}
