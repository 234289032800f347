import type { Transaction } from 'kysely'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { daysOfAFact } from '#server/courses/review/watch/fact-checks.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type JobName, timetable } from '#server/jobs/timetable.ts'
import { findLastCheck } from '#server/ledger/checks.ts'
import { addDays, type Day, dayOf, daysBetween } from '#server/lib/days.ts'
import { notifyAll } from '#server/notices/actions.ts'
import type { NewNotice } from '#server/notices/kinds.ts'
import { claimWeek } from '#server/notices/weekly.actions.ts'
import { daysOfWatch } from '#server/oversight/licensing/endings.queries.ts'
import { listActive } from '#server/people/queries.ts'
import {
  listEndingPeriods,
  listEndingTokens,
  listEvidenceDue,
  listFailedJobs,
  listFollowUps,
  listUnusedAccounts,
} from './watch.queries.ts'

type Watched = Readonly<{
  catalogue: Catalogue
  /** Since when the key that signs now has been in use; null while there is none. */
  keySince: Day | null
}>

const daysBeforeTokenEnds = 14
const daysBeforeEvidenceIsDue = 3
const daysOfAKey = 350

/** Tells administrators, licensing staff and reviewers of what is due, about to end or has failed; of each thing once. */
export async function tellOffices(db: Database, watched: Watched, now: Date): Promise<void> {
  const today = dayOf(now)
  await db.transaction().execute(async (trx) => {
    const administrators = await listActive(trx, 'system_admin')
    const reviewers = await listActive(trx, 'reviewer')
    await notifyAll(trx, [
      ...(await failures(trx, administrators)),
      ...(await alterations(trx, administrators, today)),
      ...keyNotices(watched.keySince, administrators, today),
      ...factNotices(watched.catalogue, reviewers, today),
      ...(await endings(trx, today)),
      ...(await followUps(trx, today)),
      ...(await evidenceDue(trx, today)),
      ...(await unusedAccounts(trx, today)),
    ])
  })
}

async function failures(
  trx: Transaction<DB>,
  administrators: readonly string[],
): Promise<readonly NewNotice[]> {
  const failed = await listFailedJobs(trx)
  // An email that can't be sent is listed with its person on a page of its own.
  const others = failed.filter(({ name }) => name !== 'send-email')
  return others.flatMap(({ name, on, error }) =>
    administrators.map((person_id) => ({
      person_id,
      kind: 'job-failed' as const,
      facts: { job: timetable[name as JobName]?.says ?? name, error },
      dedupe_key: `job-failed ${name} ${on}`,
    })),
  )
}

/** A failed check of the ledger or the register, each day until a later check finds nothing. */
async function alterations(
  trx: Transaction<DB>,
  administrators: readonly string[],
  today: Day,
): Promise<readonly NewNotice[]> {
  const finding = (await findLastCheck(trx))?.finding
  if (!finding) return []
  return administrators.map((person_id) => ({
    person_id,
    kind: 'record-altered',
    facts: { finding },
    dedupe_key: `record-altered ${today}`,
  }))
}

const keyNotices = (
  since: Day | null,
  administrators: readonly string[],
  today: Day,
): readonly NewNotice[] =>
  since && daysBetween(since, today) >= daysOfAKey
    ? administrators.map((person_id) => ({
        person_id,
        kind: 'key-old',
        facts: { since },
        dedupe_key: `key-old ${since}`,
      }))
    : []

function factNotices(catalogue: Catalogue, reviewers: readonly string[], today: Day): readonly NewNotice[] {
  const last = addDays(today, -daysOfAFact)
  const due = [...catalogue.register.values.values()].map(({ checked }) => checked).filter((on) => on <= last)
  const since = due.sort().at(-1)
  if (since === undefined) return []
  return reviewers.map((person_id) => ({
    person_id,
    kind: 'facts-due',
    facts: { count: due.length, since },
    dedupe_key: `facts-due ${since}`,
  }))
}

async function endings(trx: Transaction<DB>, today: Day): Promise<readonly NewNotice[]> {
  const tokens = await listEndingTokens(trx, today, daysBeforeTokenEnds)
  const periods = await listEndingPeriods(trx, today, daysOfWatch)
  return [
    ...tokens.map(
      ({ person_id, key, ...facts }): NewNotice => ({
        person_id,
        kind: 'token-ending',
        facts,
        dedupe_key: `token-ending ${key}`,
      }),
    ),
    ...periods.map(
      ({ person_id, key, ...facts }): NewNotice => ({
        person_id,
        kind: 'license-ending',
        facts,
        dedupe_key: `ending ${key}`,
      }),
    ),
  ]
}

async function followUps(trx: Transaction<DB>, today: Day): Promise<readonly NewNotice[]> {
  return (await listFollowUps(trx, today)).map(({ person_id, key, ...facts }) => ({
    person_id,
    kind: 'follow-up-due',
    facts,
    dedupe_key: `follow-up ${key}`,
  }))
}

/** A program hears some days before its evidence is due; who asked for it, once the day has passed. */
async function evidenceDue(trx: Transaction<DB>, today: Day): Promise<readonly NewNotice[]> {
  const due = await listEvidenceDue(trx, today, daysBeforeEvidenceIsDue)
  return due.map(({ person_id, key, is_asker, program, ...facts }): NewNotice => {
    const to = { person_id, dedupe_key: `evidence-due ${key}` }
    return is_asker
      ? { ...to, kind: 'evidence-late', facts: { ...facts, program } }
      : { ...to, kind: 'evidence-due', facts }
  })
}

/** Once a week: on Monday, or on the first day after it on which the service runs. */
async function unusedAccounts(trx: Transaction<DB>, today: Day): Promise<readonly NewNotice[]> {
  if (!(await claimWeek(trx, 'never-signed-in', today))) return []
  return (await listUnusedAccounts(trx, today)).map(({ person_id, key, ...facts }) => ({
    person_id,
    kind: 'never-signed-in',
    facts,
    dedupe_key: `never-signed-in ${key}`,
  }))
}
