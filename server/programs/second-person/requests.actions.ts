import type { EvidenceTransaction } from '#server/ledger/actions.ts'
import { endNotices, notify } from '#server/notices/actions.ts'
import type { Reach } from '#server/people/roles.ts'
import type { FileFacts, HireFacts, MergeFacts, RoleFacts, SecondPersonRequest } from './requests.queries.ts'
import type { SecondPerson } from './second-people.queries.ts'

export const requestsPath = '/confirmations'

type NewRequest = Reach &
  Readonly<{
    person_id: string | null
    requested_by: string
    /** For the people who confirm: "Ann Lee as program administrator". */
    what: string
  }> &
  (
    | Readonly<{ kind: 'role'; facts: RoleFacts }>
    | Readonly<{ kind: 'hire'; facts: HireFacts }>
    | Readonly<{ kind: 'roster-file'; facts: FileFacts }>
    | Readonly<{ kind: 'account-merge'; facts: MergeFacts }>
  )

/** Keeps what someone asked for until a second person decides, and tells everyone who can. */
export async function askSecondPerson(
  trx: EvidenceTransaction,
  { what, ...request }: NewRequest,
  secondPeople: readonly SecondPerson[],
  now: Date,
): Promise<string> {
  const { id } = await trx
    .insertInto('second_person_requests')
    .values({ ...request, facts: JSON.stringify(request.facts), requested_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  for (const { id: person_id } of secondPeople)
    await notify(trx, {
      person_id,
      kind: 'second-confirmation',
      facts: { what, path: requestsPath },
      dedupe_key: keyOf(id),
    })
  const { kind, facts, person_id, program_id, holder_id, requested_by } = request
  trx.record({
    kind: 'second-person-requested',
    actor_id: requested_by,
    subject: person_id ? `person:${person_id}` : `program:${program_id}`,
    facts: { request_id: id, kind, ...facts, program_id, holder_id },
    at: now,
  })
  return id
}

const keyOf = (id: string) => `second person ${id}`

/** Ends a request; what it asked for, if it is confirmed, is done by the caller in the same transaction. */
export async function endSecondPersonRequest(
  trx: EvidenceTransaction,
  { id, kind, person_id, program_id }: SecondPersonRequest,
  outcome: 'confirmed' | 'refused' | 'withdrawn',
  endedBy: string,
  now: Date,
): Promise<void> {
  await trx
    .updateTable('second_person_requests')
    .set({ outcome, ended_by: endedBy, ended_at: now })
    .where('id', '=', id)
    .where('outcome', 'is', null)
    .execute()
  const told = await trx.selectFrom('notices').select('id').where('dedupe_key', '=', keyOf(id)).execute()
  await endNotices(
    trx,
    told.map((notice) => notice.id),
  )
  trx.record({
    kind: 'second-person-decided',
    actor_id: endedBy,
    subject: person_id ? `person:${person_id}` : `program:${program_id}`,
    facts: { request_id: id, kind, outcome },
    at: now,
  })
}
