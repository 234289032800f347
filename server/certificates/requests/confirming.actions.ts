import {
  emitIssued,
  type Issuer,
  insertCertificate,
  printableFacts,
} from '#server/certificates/certificates/issuing.actions.ts'
import {
  type CertificateRow,
  findCertificateById,
  findProof,
} from '#server/certificates/certificates/queries.ts'
import { recordedFacts } from '#server/certificates/certificates/register-check.ts'
import { verdictOf } from '#server/certificates/certificates/verification-page.ts'
import { type Signing, signStatusList } from '#server/certificates/credentials/status.actions.ts'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import type { Database } from '#server/db/connection.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { notify } from '#server/notices/actions.ts'
import { emit } from '#server/notices/webhooks/emit.actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import { whyNotTwoPeople } from '#server/people/two-people.queries.ts'
import { isOneself, type TwoPeopleProblem } from '#server/people/two-people.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { correctedFacts } from './correcting.ts'
import { endRow, takeTurn } from './requests.actions.ts'
import { findRequest, type RequestRow } from './requests.queries.ts'

type ConfirmResult =
  | { kind: 'confirmed'; number: string }
  /** The person who made the request and the certificate's holder can't confirm it, under any account. */
  | { kind: 'not-two'; problem: TwoPeopleProblem; other: string }
  /** Already confirmed, refused or withdrawn, or never existed. */
  | { kind: 'ended' }

/** A second person confirms a request. Certificate, status list, ledger and standings change together or not at all. */
export async function confirmRequest(
  db: Database,
  needs: Readonly<{ issuer: Issuer; signing: Signing; afterChange: AfterChange }>,
  viewer: Viewer,
  requestId: string,
  now: Date,
): Promise<ConfirmResult> {
  return writeEvidence(db, async (trx): Promise<ConfirmResult> => {
    await takeTurn(trx)
    const request = await findRequest(trx, requestId)
    if (!request || request.outcome) return { kind: 'ended' }
    const between = { askedAt: request.requested_at, now }
    const asker = await whyNotTwoPeople(trx, request.requested_by, viewer.id, between)
    if (asker) return { kind: 'not-two', problem: asker, other: request.requested_by_name }
    const certificate = await findCertificateById(trx, request.certificate_id)
    if (!certificate || verdictOf(certificate) !== 'valid') return { kind: 'ended' }
    const holder = await whyNotTwoPeople(trx, certificate.person_id, viewer.id, between)
    if (holder && isOneself(holder))
      return { kind: 'not-two', problem: holder, other: certificate.facts.person_name }
    await endRow(trx, request, viewer, 'confirmed', '', now)
    await trx
      .insertInto('certificate_status_changes')
      .values({
        certificate_id: certificate.id,
        act: request.act === 'revoke' ? 'revoked' : 'superseded',
        reason: request.reason,
        acted_by: request.requested_by,
        confirmed_by: viewer.id,
        acted_at: now,
      })
      .execute()
    const { list } = await findProof(trx, certificate.id)
    await signStatusList(
      trx,
      request.act === 'revoke' ? 'revocation' : 'supersession',
      list,
      needs.signing,
      now,
    )
    const confirmed = { request, certificate, confirmed_by: viewer.id, now }
    if (request.act === 'revoke') await revoke(trx, confirmed)
    else await rename(trx, confirmed)
    await needs.afterChange(trx, [certificate.person_id], now)
    if (request.act === 'revoke') return { kind: 'confirmed', number: certificate.number }
    // After the standings, because its number is the last lock.
    return { kind: 'confirmed', number: await correct(trx, confirmed, needs.issuer) }
  })
}

type Confirmed = Readonly<{
  request: RequestRow
  certificate: CertificateRow
  confirmed_by: string
  now: Date
}>

async function revoke(
  trx: EvidenceTransaction,
  { request, certificate, confirmed_by, now }: Confirmed,
): Promise<void> {
  const { completion_id, number, person_id } = certificate
  const voided = request.voids_completion
    ? await trx
        .insertInto('completion_voids')
        .values({ completion_id, reason: request.reason, voided_by: request.requested_by, voided_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .returning('completion_id')
        .executeTakeFirst()
    : undefined
  if (voided)
    trx.record({
      kind: 'completion-voided',
      actor_id: request.requested_by,
      subject: `person:${person_id}`,
      facts: { completion_id, reason: request.reason, confirmed_by },
      at: now,
    })
  trx.record({
    kind: 'certificate-revoked',
    actor_id: request.requested_by,
    subject: `certificate:${number}`,
    facts: { request_id: request.id, reason: request.reason, confirmed_by },
    at: now,
  })
  await notify(trx, {
    person_id,
    kind: 'certificate-revoked',
    facts: { certificate: number },
    dedupe_key: `revoked ${number}`,
  })
  await emit(
    trx,
    'certificate.revoked',
    [{ person_id, program_id: null, data: { number, replaced_by: null } }],
    now,
  )
}

/** The account gets the corrected name too, if the request says so. */
async function rename(trx: EvidenceTransaction, { request, certificate }: Confirmed): Promise<void> {
  const { correction } = request
  if (!correction?.renames_person) return
  await trx
    .updateTable('people')
    .set({ name: correction.person_name })
    .where('id', '=', certificate.person_id)
    .execute()
  // Another certificate may wait for a name that can be printed.
  await enqueue(trx, 'draw-certificates')
}

async function correct(trx: EvidenceTransaction, confirmed: Confirmed, issuer: Issuer): Promise<string> {
  const { request, certificate, now } = confirmed
  const { correction } = request
  if (!correction) throw new Error('A correction request must say what to correct.')
  const printable = printableFacts(correctedFacts(certificate, correction, now), issuer)
  if (printable.kind !== 'printable') throw new Error(printable.reason)
  const { completion_id, person_id, account_id } = certificate
  const { id, facts } = await insertCertificate(
    trx,
    {
      completion: { id: completion_id, person_id: account_id },
      certified: printable.certified,
      corrects_id: certificate.id,
    },
    issuer,
    now,
  )
  await tellOfCorrection(trx, confirmed, correction.renames_person, facts)
  const number = facts.certificate_number
  trx.record({
    kind: 'certificate-issued',
    actor_id: person_id,
    subject: `certificate:${number}`,
    facts: { certificate_id: id, completion_id, corrects: certificate.number, ...recordedFacts(facts) },
    at: now,
  })
  return number
}

/** The ledger, the person and their program's software hear that one certificate replaces another. */
async function tellOfCorrection(
  trx: EvidenceTransaction,
  { request, certificate, confirmed_by, now }: Confirmed,
  renames_person: boolean,
  facts: CertificateFacts,
): Promise<void> {
  const { number, person_id } = certificate
  const replaced_by = facts.certificate_number
  trx.record({
    kind: 'certificate-corrected',
    actor_id: request.requested_by,
    subject: `certificate:${number}`,
    facts: { request_id: request.id, reason: request.reason, replaced_by, renames_person, confirmed_by },
    at: now,
  })
  await notify(trx, {
    person_id,
    kind: 'certificate-corrected',
    facts: { certificate: number },
    dedupe_key: `corrected ${number}`,
  })
  await emit(
    trx,
    'certificate.revoked',
    [{ person_id, program_id: null, data: { number, replaced_by } }],
    now,
  )
  await emitIssued(trx, person_id, facts, now)
}
