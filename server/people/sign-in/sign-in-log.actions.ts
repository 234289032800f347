import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { AttemptSubject } from './attempts.actions.ts'
import { subjectKey } from './attempts.actions.ts'

/** How someone proved who they are, last. */
export type SignInWay = 'password' | 'code' | 'recovery-code' | 'passkey' | 'single-sign-on'

type Attempt = Readonly<{
  personId: string
  how: SignInWay
  isAccepted: boolean
  address: string
  device: string
}>

/** Writes down who signed in, when, from where and how, or who was refused. No one changes it. */
export async function noteSignIn(
  db: Database,
  { personId, how, isAccepted, address, device }: Attempt,
  at: Date,
): Promise<void> {
  await db
    .insertInto('sign_ins')
    .values({ person_id: personId, at, how, is_accepted: isAccepted, address, device })
    .execute()
}

/**
 * A wrong password. An unknown name writes as much as a known one: the time that an answer takes must not tell whether
 * there is an account.
 */
export async function noteRefusal(
  db: Database,
  personId: string | null,
  { address, device }: Readonly<{ address: string; device: string }>,
  subjects: readonly AttemptSubject[],
  at: Date,
): Promise<void> {
  await sql`
    with noted as (
      insert into sign_ins (person_id, at, how, is_accepted, address, device)
      select ${personId}::uuid, ${at}, 'password', false, ${address}, ${device} where ${personId}::uuid is not null)
    update sign_in_attempts set level = level where subject = any(${subjects.map(subjectKey)}::text[])`.execute(
    db,
  )
}

const kept = sql<Date>`now() - interval '180 days'`

/** Forgets sign-ins and uses of tokens of more than 180 days ago. */
export async function sweepSignInLog(db: Database): Promise<void> {
  await db.deleteFrom('sign_ins').where('at', '<', kept).execute()
  await db.deleteFrom('token_uses').where('at', '<', kept).execute()
}
