import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Role } from '#server/people/roles.ts'

/** A role that waits: who gets it is the request's person. */
export type RoleFacts = Readonly<{ role: Role }>

/** A hire with a day long before it was recorded: the form as it was typed, to be sent again. */
export type HireFacts = Readonly<{
  act: 'add' | 'return' | 'correction' | 'transfer'
  assignment_id: string | null
  name: string
  hired_on: string
  typed: Readonly<Record<string, string>>
}>

export type FileFacts = Readonly<{ import_id: string; file_name: string; backdated: number }>

/** Two accounts of one person: the request's person is the account that is kept. */
export type MergeFacts = Readonly<{
  merged_id: string
  kept: string
  merged: string
  moves: string
  reason: string
}>

type Kinds =
  | Readonly<{ kind: 'role'; facts: RoleFacts }>
  | Readonly<{ kind: 'hire'; facts: HireFacts }>
  | Readonly<{ kind: 'roster-file'; facts: FileFacts }>
  | Readonly<{ kind: 'account-merge'; facts: MergeFacts }>

export type SecondPersonRequest = Kinds &
  Readonly<{
    id: string
    person_id: string | null
    person: string | null
    program_id: string | null
    holder_id: string | null
    requested_by: string
    requester: string
    requested_at: Date
    outcome: 'confirmed' | 'refused' | 'withdrawn' | null
  }>

const requests = sql`
  select q.id, q.kind, q.facts, q.person_id, p.name as person, q.program_id, q.holder_id, q.requested_by, r.name as requester,
    q.requested_at, q.outcome
  from second_person_requests q
  join people r on r.id = q.requested_by
  left join people p on p.id = q.person_id`

/** Everything that waits for a second person, the oldest first. */
export async function listOpenRequests(db: Kysely<DB>): Promise<readonly SecondPersonRequest[]> {
  const { rows } = await sql<SecondPersonRequest>`
    ${requests} where q.outcome is null order by q.requested_at, q.id`.execute(db)
  return rows
}

/** An open request, locked until the transaction ends. */
export async function lockOpenRequest(db: Kysely<DB>, id: string): Promise<SecondPersonRequest | null> {
  const { rows } = await sql<SecondPersonRequest>`
    ${requests} where q.id = ${id} and q.outcome is null for no key update of q`.execute(db)
  return rows[0] ?? null
}

/** The open request about a roster file. */
export const findFileRequest = (db: Kysely<DB>, importId: string) =>
  db
    .selectFrom('second_person_requests')
    .select('id')
    .where('outcome', 'is', null)
    .where('kind', '=', 'roster-file')
    .where(sql<boolean>`facts ->> 'import_id' = ${importId}`)
    .executeTakeFirst()
