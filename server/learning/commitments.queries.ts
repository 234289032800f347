import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { accountsOf } from '#server/people/accounts-of.queries.ts'

type CommitmentRow = Readonly<{
  enrollment_id: string
  course: string
  body: string
  is_shared: boolean
  made_at: Date
}>

const commitments = (db: Kysely<DB>) =>
  db
    .selectFrom('commitments as c')
    .innerJoin('enrollments as e', 'e.id', 'c.enrollment_id')
    .where('c.superseded_at', 'is', null)
    .select(['c.enrollment_id', 'e.course', 'c.body', 'c.is_shared', 'c.made_at'])

/** The learner's commitment from one refresher. */
export const findCommitment = async (db: Kysely<DB>, enrollmentId: string): Promise<CommitmentRow | null> =>
  (await commitments(db).where('c.enrollment_id', '=', enrollmentId).executeTakeFirst()) ?? null

/** The commitments that a person shares with their supervisors, newest first. */
export const listSharedCommitments = (db: Kysely<DB>, personId: string): Promise<readonly CommitmentRow[]> =>
  commitments(db)
    .where(sql<boolean>`e.person_id = ${accountsOf([personId])}`)
    .where('c.is_shared', '=', true)
    .orderBy('c.made_at', 'desc')
    .execute()
