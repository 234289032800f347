import { sql, type Transaction } from 'kysely'
import { type Issuer, printableFacts } from '#server/certificates/certificates/issuing.actions.ts'
import { type CertificateRow, findCertificateById } from '#server/certificates/certificates/queries.ts'
import { verdictOf } from '#server/certificates/certificates/verification-page.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { recordEvidence, writeEvidence } from '#server/ledger/actions.ts'
import { notify } from '#server/notices/actions.ts'
import { listActive } from '#server/people/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { whyNotTwoPeople } from '#server/people/two-people.queries.ts'
import { isOneself } from '#server/people/two-people.ts'
import { findProgramOfPerson } from '#server/programs/queries.ts'
import { correctedFacts } from './correcting.ts'
import { type Correction, findRequest, listRequests, type RequestRow } from './requests.queries.ts'

type RequestResult =
  | { kind: 'requested'; id: string }
  | { kind: 'problem'; field: string; message: string }
  /** No one can request changes to their own certificate. */
  | { kind: 'own' }
  /** Already revoked or superseded, or another request is open. Nothing was changed. */
  | { kind: 'not-open' }

/** Requests a revocation. It takes effect once a second licensing staff member confirms it. */
export function requestRevocation(
  db: Database,
  viewer: Viewer,
  certificate: CertificateRow,
  asked: Readonly<{ reason: string; voids_completion: boolean }>,
  now: Date,
): Promise<RequestResult> {
  return insertRequest(db, viewer, certificate, { act: 'revoke', ...asked, correction: null }, now)
}

/** Requests a corrected certificate. Refuses at once what could not be printed. */
export async function requestCorrection(
  db: Database,
  viewer: Viewer,
  certificate: CertificateRow,
  asked: Readonly<{ reason: string; person_name: string; takes_program: boolean; renames_person: boolean }>,
  issuer: Issuer,
  now: Date,
): Promise<RequestResult> {
  const { facts } = certificate
  const program = asked.takes_program
    ? await findProgramOfPerson(db, certificate.person_id, facts.completed_on)
    : facts.program
  const correction: Correction = {
    person_name: asked.person_name,
    program,
    renames_person: asked.renames_person,
  }
  if (asked.person_name === facts.person_name && JSON.stringify(program) === JSON.stringify(facts.program))
    return {
      kind: 'problem',
      field: 'person_name',
      message: 'The certificate already says this. Change at least one value.',
    }
  const printable = printableFacts(correctedFacts(certificate, correction, now), issuer)
  if (printable.kind === 'name-refused')
    return { kind: 'problem', field: 'person_name', message: printable.reason }
  const whole = { ...correction, person_name: printable.certified.person_name }
  return insertRequest(
    db,
    viewer,
    certificate,
    { act: 'correct', reason: asked.reason, voids_completion: false, correction: whole },
    now,
  )
}

async function insertRequest(
  db: Database,
  viewer: Viewer,
  { id, number, person_id }: CertificateRow,
  asked: Readonly<{
    act: 'revoke' | 'correct'
    reason: string
    voids_completion: boolean
    correction: Correction | null
  }>,
  now: Date,
): Promise<RequestResult> {
  if (isOneself(await whyNotTwoPeople(db, person_id, viewer.id, { askedAt: now, now })))
    return { kind: 'own' }
  return writeEvidence(db, async (trx): Promise<RequestResult> => {
    await takeTurn(trx)
    const certificate = await findCertificateById(trx, id)
    const earlier = await listRequests(trx, id)
    if (verdictOf(certificate) !== 'valid' || earlier.some(({ outcome }) => outcome === null))
      return { kind: 'not-open' }
    const { correction, ...rest } = asked
    const request = await trx
      .insertInto('certificate_requests')
      .values({
        ...rest,
        certificate_id: id,
        correction: correction && JSON.stringify(correction),
        requested_by: viewer.id,
        requested_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    trx.record({
      kind: 'certificate-act-requested',
      actor_id: viewer.id,
      subject: `certificate:${number}`,
      facts: { request_id: request.id, ...rest },
      at: now,
    })
    for (const person_id of await listActive(trx, 'licensing'))
      if (person_id !== viewer.id)
        await notify(trx, {
          person_id,
          kind: 'second-confirmation',
          facts: {
            what: `A request about certificate ${number}`,
            path: `/certificates/requests/${request.id}`,
          },
          dedupe_key: `second-confirmation ${request.id}`,
        })
    return { kind: 'requested', id: request.id }
  })
}

/** Ends a request without confirming it. The person who made it withdraws it; other licensing staff refuse it. */
export async function endRequest(
  db: Database,
  viewer: Viewer,
  requestId: string,
  reason: string,
  now: Date,
): Promise<{ kind: 'withdrawn' | 'refused' | 'ended'; number: string | null }> {
  return writeEvidence(db, async (trx) => {
    await takeTurn(trx)
    const request = await findRequest(trx, requestId)
    if (!request || request.outcome) return { kind: 'ended', number: request?.number ?? null }
    const kind = request.requested_by === viewer.id ? 'withdrawn' : 'refused'
    await endRow(trx, request, viewer, kind, reason, now)
    trx.record({
      kind: 'certificate-act-ended',
      actor_id: viewer.id,
      subject: `certificate:${request.number}`,
      facts: { request_id: request.id, outcome: kind, reason },
      at: now,
    })
    return { kind, number: request.number }
  })
}

/** Requests and their ends take turns, so that a certificate has one open request and each ends once. */
export const takeTurn = (trx: Transaction<DB>) =>
  sql`select pg_advisory_xact_lock(hashtext('safe-harbor-certificate-requests'))`.execute(trx)

/** How a request ended: confirmed, refused or withdrawn. */
export const endRow = (
  trx: Transaction<DB>,
  { id, requested_by }: RequestRow,
  viewer: Viewer,
  outcome: 'confirmed' | 'refused' | 'withdrawn',
  reason: string,
  now: Date,
) =>
  trx
    .insertInto('certificate_request_ends')
    .values({ request_id: id, requested_by, outcome, reason, ended_by: viewer.id, ended_at: now })
    .execute()

/** Records that licensing staff looked at a named person's certificate. */
export async function noteLook(
  db: Database,
  viewer: Viewer,
  certificate: CertificateRow,
  now: Date,
): Promise<void> {
  await recordEvidence(db, {
    kind: 'person-viewed',
    actor_id: viewer.id,
    subject: `person:${certificate.person_id}`,
    facts: { certificate: certificate.number },
    at: now,
  })
}
