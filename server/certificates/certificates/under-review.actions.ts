import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { findLastCheck } from '#server/ledger/checks.ts'
import type { CertificateRow } from './queries.ts'
import { isAsRecorded } from './register-check.ts'

/**
 * Whether a certificate's record can't be relied on now: the last check of the ledger found a change, or the register says
 * something else than the ledger: other facts than those sealed when it was issued, or a revocation is missing. Unknown
 * certificates run the same queries, so that timing reveals nothing.
 */
export async function isUnderReview(db: Kysely<DB>, certificate: CertificateRow | null): Promise<boolean> {
  const [check, entries] = await Promise.all([
    findLastCheck(db),
    db
      .selectFrom('ledger_entries')
      .select(['kind', 'facts'])
      .where('subject', '=', `certificate:${certificate?.number ?? '-'}`)
      .orderBy('turn')
      .execute(),
  ])
  if (!certificate) return false
  const ended = [
    ...(certificate.revoked_at ? ['revoked'] : []),
    ...(certificate.superseded_at ? ['superseded'] : []),
  ]
  return check?.finding != null || !isAsRecorded({ facts: certificate.facts, ended }, entries)
}
