import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { type Limited, limits, secondsToWait } from './throttling.ts'

/** What an attempt counts against. Stored hashed, so that the table names no account and no address. */
export type AttemptSubject = Readonly<{ kind: Limited; value: string }>

export const subjectKey = ({ kind, value }: AttemptSubject): string =>
  `${kind}:${createHash('sha256').update(value).digest('hex').slice(0, 32)}`

/**
 * Counts an attempt against each subject before a password is hashed. Answers 0 where it may go on, otherwise the
 * seconds to wait; an attempt that may not go on counts against none.
 */
export async function countAttempt(
  db: Database,
  subjects: readonly AttemptSubject[],
  now: Date,
): Promise<number> {
  for (const [index, subject] of subjects.entries()) {
    const seconds = await countOne(db, subject, now)
    if (seconds === 0) continue
    await forgetAttempt(db, subjects.slice(0, index))
    return seconds
  }
  return 0
}

/** The attempt was right: it no longer counts. */
export async function forgetAttempt(db: Database, subjects: readonly AttemptSubject[]): Promise<void> {
  if (subjects.length === 0) return
  await db
    .updateTable('sign_in_attempts')
    .set({ level: sql`greatest(0, level - 1)` })
    .where('subject', 'in', subjects.map(subjectKey))
    .execute()
}

/** One statement, which locks the subject's row: of attempts made at the same moment, no more go on than may. */
async function countOne(db: Database, subject: AttemptSubject, now: Date): Promise<number> {
  const limit = limits[subject.kind]
  const left = sql`greatest(0, a.level - greatest(0, extract(epoch from ${now}::timestamptz - a.at)) / ${limit.secondsEach}::float8)`
  const { rows } = await sql`
    insert into sign_in_attempts as a (subject, level, at) values (${subjectKey(subject)}, 1, ${now})
    on conflict (subject) do update set level = ${left} + 1, at = greatest(a.at, ${now}::timestamptz)
    where ${left} + 1 <= ${limit.burst}
    returning subject`.execute(db)
  if (rows.length > 0) return 0
  const { rows: found } = await sql<{ level: number }>`
    select ${left} as level from sign_in_attempts a where subject = ${subjectKey(subject)}`.execute(db)
  return secondsToWait(found[0]?.level ?? limit.burst, limit)
}

/** Forgets what has long run out. */
export async function sweepAttempts(db: Database): Promise<void> {
  await db.deleteFrom('sign_in_attempts').where('at', '<', sql<Date>`now() - interval '1 day'`).execute()
}
