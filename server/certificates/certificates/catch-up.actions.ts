import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { certificateFile, type Issuer, issueCertificate } from './issuing.actions.ts'
import { listRefused, listUndrawn } from './queries.ts'

/**
 * Retries what failed before: issues certificates that were refused because of a name that has since been fixed, and
 * makes missing files, so that downloads don't have to wait.
 */
export async function catchUpCertificates(
  db: Database,
  needs: Readonly<{ issuer: Issuer; keysFile: string }>,
  now: Date,
): Promise<void> {
  for (const { completion_id, person_id, person_name, certified } of await listRefused(db))
    await writeEvidence(db, (trx) =>
      issueCertificate(
        trx,
        { id: completion_id, person_id },
        { ...certified, person_name, issued_at: now.toISOString() },
        needs.issuer,
        now,
      ),
    )
  for (const certificate of await listUndrawn(db, 200))
    await certificateFile(db, certificate, needs.keysFile, now)
}
