import { type Kysely, sql, type Transaction } from 'kysely'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { listAttemptsAt } from '#server/learning/progress/queries.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { notify } from '#server/notices/actions.ts'
import { type DueCase, listCasesOf, listDueCases } from './after-care.queries.ts'
import { caseDays, chooseCase } from './case-choice.ts'

export async function askForAfterCare(db: Database, personId: string, since: Day): Promise<void> {
  await db
    .insertInto('after_care_consents')
    .values({ person_id: personId, since })
    .onConflict((conflict) => conflict.column('person_id').doNothing())
    .execute()
}

/** Turns it off: the cases are deleted, and messages about them say no more. */
export async function endAfterCare(db: Database, personId: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('after_care_consents').where('person_id', '=', personId).execute()
    await trx.deleteFrom('after_care_cases').where('person_id', '=', personId).execute()
    await endCaseNotices(trx, personId, null)
  })
}

export async function markCaseAnswered(
  db: Database,
  personId: string,
  caseId: string,
  now: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('after_care_cases')
      .set({ answered_at: now })
      .where('id', '=', caseId)
      .where('person_id', '=', personId)
      .where('answered_at', 'is', null)
      .execute()
    await endCaseNotices(trx, personId, caseId)
  })
}

const endCaseNotices = (trx: Kysely<DB>, personId: string, caseId: string | null) =>
  trx
    .updateTable('notices')
    .set({ moot_at: sql`now()` })
    .where('person_id', '=', personId)
    .where('kind', '=', 'after-care')
    .where('moot_at', 'is', null)
    .$if(caseId !== null, (query) => query.where('dedupe_key', '=', `after-care ${caseId}`))
    .execute()

/** Sends each person who asked for them the case that is due, as a message. */
export async function sendAfterCare(db: Database, catalogue: Catalogue, now: Date): Promise<void> {
  for (const due of await listDueCases(db, caseDays, dayOf(now)))
    await db.transaction().execute((trx) => sendCase(trx, catalogue, due, now))
}

async function sendCase(
  trx: Transaction<DB>,
  catalogue: Catalogue,
  { person_id, completion_id, course, version, days }: DueCase,
  now: Date,
): Promise<void> {
  const text = catalogue.courses.get(course)?.versions.get(version)
  if (!text) return
  const earlier = (await listCasesOf(trx, person_id)).filter((one) => one.course === course)
  const chosen = chooseCase(text, await listAttemptsAt(trx, person_id, course), earlier, Math.random)
  if (!chosen) return
  const sent = await trx
    .insertInto('after_care_cases')
    .values({ person_id, completion_id, days, course, version, ...chosen, sent_at: now })
    // Another server may have sent it.
    .onConflict((conflict) => conflict.columns(['completion_id', 'days']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!sent) return
  const facts = { case: sent.id }
  await notify(trx, { person_id, kind: 'after-care', facts, dedupe_key: `after-care ${sent.id}` })
}
