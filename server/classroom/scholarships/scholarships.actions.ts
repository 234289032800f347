import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { notify } from '#server/notices/actions.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { type ScholarshipStep, stepsOpenTo, wordsMissing } from './scholarship.ts'
import { findScholarshipOf, listSystemAdministrators, type Scholarship } from './scholarships.queries.ts'

type ScholarshipEntry = Readonly<{
  training: string
  program_id: string
  trainee: string
  why: string
  contact: string
}>

export async function askForScholarship(
  db: Database,
  viewer: Viewer,
  entry: ScholarshipEntry,
  now: Date,
): Promise<string> {
  return db.transaction().execute(async (trx) => {
    const { id } = await trx
      .insertInto('scholarship_requests')
      .values({ ...entry, requested_by: viewer.id, requested_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    for (const administrator of await listSystemAdministrators(trx))
      await notify(trx, {
        person_id: administrator.id,
        kind: 'request-arrived',
        facts: { request_id: id },
        dedupe_key: `request-arrived ${id}`,
      })
    return id
  })
}

type StepAnswer =
  | { kind: 'done'; request: Scholarship }
  | { kind: 'refused'; message: string }
  | { kind: 'not-found' }

/** Adds a step to a request. Earlier steps never change. */
export async function takeScholarshipStep(
  db: Database,
  viewer: Viewer,
  id: string,
  step: ScholarshipStep,
  words: string,
  now: Date,
): Promise<StepAnswer> {
  return db.transaction().execute(async (trx): Promise<StepAnswer> => {
    // If two people decide at once, the second sees the first one's decision.
    await sql`select pg_advisory_xact_lock(hashtext(${`scholarship:${id}`}))`.execute(trx)
    const request = await findScholarshipOf(trx, viewer, id)
    if (!request) return { kind: 'not-found' }
    const who = {
      isRequester: request.requested_by === viewer.id,
      isAdministrator: hasRole(viewer, 'system_admin'),
    }
    if (!stepsOpenTo(request.state, who).includes(step))
      return {
        kind: 'refused',
        message:
          'Someone has changed this request. Nothing was saved. Check the history below, then try again.',
      }
    const missing = words === '' ? wordsMissing(step) : null
    if (missing) return { kind: 'refused', message: missing }
    const taken = await trx
      .insertInto('scholarship_steps')
      .values({ request_id: id, step, words, taken_by: viewer.id, taken_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    const followers = who.isRequester ? await listSystemAdministrators(trx) : [{ id: request.requested_by }]
    for (const follower of followers)
      await notify(trx, {
        person_id: follower.id,
        kind: 'request-answered',
        facts: { request_id: id },
        dedupe_key: `request-answered ${taken.id}`,
      })
    return { kind: 'done', request }
  })
}
