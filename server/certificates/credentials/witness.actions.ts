import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { splitNote, type VerifierKey } from '#server/ledger/signed-note.ts'
import { readSubmission, type Seen, witnessAnswer } from '#server/ledger/witnessing.ts'
import { findWitnessedHead } from './witness.queries.ts'
import type { Witness } from './witness-key.ts'

type Cosigned =
  | Readonly<{ kind: 'cosigned'; line: string }>
  | Readonly<{ kind: 'malformed' | 'unknown-log' | 'unsigned' | 'inconsistent' }>
  | Readonly<{ kind: 'conflict'; size: number }>

/** Cosigns a head that continues the last one we have seen of its log. Requests take turns, so that none is lost. */
export const cosignHead = (
  db: Database,
  body: string,
  logs: readonly VerifierKey[],
  witness: Witness,
  now: Date,
): Promise<Cosigned> =>
  db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('safe-harbor-witness'))`.execute(trx)
    const submission = readSubmission(body)
    const last = submission && (await findWitnessedHead(trx, submission.origin))
    const seen: Seen = last
      ? { size: last.size, root: Buffer.from(last.root, 'hex') }
      : { size: 0, root: Buffer.alloc(0) }
    const answer = witnessAnswer(submission, logs, seen)
    if (answer.kind !== 'cosign') return answer
    const { origin, size, root, note } = answer.submission
    const line = witness.cosign(splitNote(note)?.body ?? '', now)
    await trx
      .insertInto('witnessed_heads')
      .values({ origin, size, root: root.toString('hex'), note: `${note}${line}\n`, cosigned_at: now })
      .execute()
    return { kind: 'cosigned', line }
  })
