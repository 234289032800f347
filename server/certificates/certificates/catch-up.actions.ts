import pLimit from 'p-limit'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { makeCertificate } from './certificate-file.ts'
import { certificateFile, type Issuer, issueCertificate } from './issuing.actions.ts'
import { findCertificateById, listRefused, listUndrawn } from './queries.ts'

type Needs = Readonly<{
  issuer: Issuer
  keysFile: string
  /** Worker threads that draw many files, so that pages don't wait for them. */
  threads?: Readonly<{ many: number; makeCertificate: typeof makeCertificate }>
}>

/** Draws one certificate, as the transaction that issued it asked for. */
export async function drawIssued(db: Database, id: string, keysFile: string, now: Date): Promise<void> {
  const certificate = await findCertificateById(db, id)
  if (certificate) await certificateFile(db, certificate, keysFile, now)
}

/**
 * Retries what failed before: issues certificates that were refused because of a name that has since been fixed, and
 * makes missing files, so that downloads don't have to wait.
 */
export async function catchUpCertificates(db: Database, needs: Needs, now: Date): Promise<void> {
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
  while ((await drawSome(db, needs, now)) === atOnce);
}

const atOnce = 200
/** Starting a thread takes as long as drawing so many. */
const few = 20

async function drawSome(db: Database, { keysFile, threads }: Needs, now: Date): Promise<number> {
  const undrawn = await listUndrawn(db, atOnce)
  const drawing = undrawn.length > few ? threads : undefined
  const limit = pLimit(drawing?.many ?? 1)
  await Promise.all(
    undrawn.map((certificate) =>
      limit(() => certificateFile(db, certificate, keysFile, now, drawing?.makeCertificate)),
    ),
  )
  return undrawn.length
}
