import { certificateFile } from '#server/certificates/certificates/issuing.actions.ts'
import {
  type CertificateRow,
  listCertificatesForPrograms,
} from '#server/certificates/certificates/queries.ts'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import { type CertificateInZip, isInForce } from './certificates-zip.ts'

type Needs = Readonly<{ db: Database; keysFile: string }>

/** One certificate of a person on the viewer's team, and a note of who opened it. Null if they may not see it. */
export async function openStaffCertificate(
  { db, keysFile }: Needs,
  viewer: Viewer,
  personId: string,
  number: string,
  now: Date,
): Promise<Buffer | null> {
  const certificate = (await listCertificatesForPrograms(db, [personId], viewer.supervised_program_ids)).find(
    (one) => one.number === number,
  )
  if (!certificate) return null
  await noteLooks(db, viewer, [certificate], now)
  return (await certificateFile(db, certificate, keysFile, now)).pdf
}

/** The certificates in force of people on the viewer's team, for a personnel file. */
export async function collectStaffCertificates(
  { db, keysFile }: Needs,
  viewer: Viewer,
  personIds: readonly string[],
  now: Date,
): Promise<readonly CertificateInZip[]> {
  const all = await listCertificatesForPrograms(db, personIds, viewer.supervised_program_ids)
  const certificates = all.filter(isInForce)
  await noteLooks(db, viewer, certificates, now)
  const files: CertificateInZip[] = []
  for (const certificate of certificates) {
    const { pdf } = await certificateFile(db, certificate, keysFile, now)
    files.push({ facts: certificate.facts, pdf })
  }
  return files
}

/** Who opened whose certificates is written down, one entry a person, before the file is sent. */
async function noteLooks(
  db: Database,
  viewer: Viewer,
  certificates: readonly CertificateRow[],
  now: Date,
): Promise<void> {
  const byPerson = Map.groupBy(certificates, ({ person_id }) => person_id)
  byPerson.delete(viewer.id)
  await writeEvidence(db, async (trx) => {
    for (const [personId, theirs] of byPerson)
      trx.record({
        kind: 'person-viewed',
        actor_id: viewer.id,
        subject: `person:${personId}`,
        facts:
          theirs.length === 1
            ? { certificate: theirs[0]!.number }
            : { what: 'certificates', certificates: theirs.map(({ number }) => number) },
        at: now,
      })
  })
}
