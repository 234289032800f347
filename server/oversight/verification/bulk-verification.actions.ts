import { openKeyFile } from '#server/certificates/credentials/key-file.ts'
import { issuerDid, publishedKeys } from '#server/certificates/credentials/keys.ts'
import { verifyUploadedFile } from '#server/certificates/credentials/verification.ts'
import type { Database } from '#server/db/connection.ts'
import { recordEvidence, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { sha256 } from '#server/oversight/packets/packet-manifest.ts'
import type { Review } from '#server/oversight/reviews/review.queries.ts'
import { listCertificatesOfPeople } from '#server/oversight/reviews/review-person.queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { rosterOn } from '#server/programs/roster/employment/roster.queries.ts'
import { listCertificatesAsked } from './bulk-verification.queries.ts'
import { type Asked, bulkResults } from './bulk-verification.ts'

/** Verifies a certificate file with the published keys. The register is queried later, for all files at once. */
export async function askedOfFile(
  file: Readonly<{ name: string; bytes: Buffer }>,
  site: Readonly<{ keysFile: string; baseUrl: string }>,
  now: Date,
): Promise<Asked> {
  const keys = publishedKeys(await openKeyFile(site.keysFile, issuerDid(site.baseUrl), now))
  const verification = await verifyUploadedFile(file.bytes, keys)
  return { kind: 'file', asked: file.name.slice(-120), sha256: sha256(file.bytes), verification }
}

/** Compares the items with the register and the program's current roster, and stores the results. */
export async function verifyInBulk(
  db: Database,
  viewer: Viewer,
  review: Review,
  asked: readonly Asked[],
  now: Date,
): Promise<string> {
  const certificates = await listCertificatesAsked(db, {
    numbers: asked.flatMap((one) =>
      one.kind === 'number'
        ? [one.number]
        : one.kind === 'file' && one.verification.claimed_number
          ? [one.verification.claimed_number]
          : [],
    ),
    tokens: asked.flatMap((one) => (one.kind === 'code' ? [one.token] : [])),
    hashes: asked.flatMap((one) => (one.kind === 'file' ? [one.sha256] : [])),
  })
  const { people } = await rosterOn(db, [review.program_id], dayOf(now))
  const ofRoster = await listCertificatesOfPeople(
    db,
    people.map(({ person_id }) => person_id),
  )
  const results = bulkResults(asked, certificates, people, ofRoster)
  return writeEvidence(db, async (trx) => {
    const { id } = await trx
      .insertInto('bulk_verifications')
      .values({
        review_id: review.id,
        results: JSON.stringify(results),
        verified_by: viewer.id,
        verified_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const person_ids = [...new Set(results.flatMap(({ person_id }) => person_id ?? []))].sort()
    trx.record({
      kind: 'person-viewed',
      actor_id: viewer.id,
      subject: `review:${review.number}`,
      facts: {
        what: 'certificates checked together',
        review_id: review.id,
        bulk_verification_id: id,
        program_id: review.program_id,
        person_ids,
      },
      at: now,
    })
    return id
  })
}

/** Records the download of the results in the ledger. */
export async function recordBulkExport(
  db: Database,
  viewer: Viewer,
  review: Review,
  id: string,
  now: Date,
): Promise<void> {
  await recordEvidence(db, {
    kind: 'records-exported',
    actor_id: viewer.id,
    subject: `review:${review.number}`,
    facts: { act: 'bulk-verification-taken', bulk_verification_id: id },
    at: now,
  })
}
