import type { Database } from '#server/db/connection.ts'
import { recordEvidence } from '#server/ledger/actions.ts'
import type { TwoPeopleProblem } from '#server/people/two-people.ts'

/** What someone wanted to decide although they don't count as a second person. The access review shows it. */
export const recordBlocked = (
  db: Database,
  blocked: Readonly<{
    act: 'role' | 'hire' | 'roster-file' | 'account-merge' | 'outside-training' | 'certificate' | 'own-record'
    firstId: string
    secondId: string
    programId: string | null
    problem: TwoPeopleProblem
  }>,
  now: Date,
): Promise<void> =>
  recordEvidence(db, {
    kind: 'second-person-blocked',
    actor_id: blocked.secondId,
    subject: blocked.programId ? `program:${blocked.programId}` : `person:${blocked.secondId}`,
    facts: { act: blocked.act, first_id: blocked.firstId, problem: blocked.problem },
    at: now,
  })
