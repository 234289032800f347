import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { findLastCheck } from '#server/ledger/checks.ts'
import type { CertificateRow } from './queries.ts'
import { isAsIssued } from './register-check.ts'

/**
 * Whether a certificate's record can't be relied on now: the last check of the ledger found a change, or the register says
 * something else than the ledger sealed when the certificate was issued. Unknown certificates run the same queries, so that
 * timing reveals nothing.
 */
export async function isUnderReview(db: Kysely<DB>, certificate: CertificateRow | null): Promise<boolean> {
  const [check, issued] = await Promise.all([
    findLastCheck(db),
    db
      .selectFrom('ledger')
      .select('facts')
      .where('subject', '=', `certificate:${certificate?.number ?? '-'}`)
      .where('kind', '=', 'certificate-issued')
      .orderBy('seq')
      .limit(1)
      .executeTakeFirst(),
  ])
  if (!certificate) return false
  return check?.finding != null || !isAsIssued(certificate.facts, issued?.facts ?? null)
}
