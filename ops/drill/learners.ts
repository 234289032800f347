import { setTimeout as after } from 'node:timers/promises'
import { sql } from 'kysely'
import { Agent } from 'undici'
import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import { checkLedger } from '#server/ledger/checking.ts'
import { placeEntries } from '#server/ledger/placing.actions.ts'
import { listEntries } from '#server/ledger/queries.ts'
import { type Learner, makeLearners } from '../../bench/learners.ts'

/** Learners who have passed every module of a course but the last, and are about to answer its questions. */
export async function aboutToFinish(
  db: Database,
  course: CourseVersion,
  many: number,
): Promise<readonly Learner[]> {
  const last = course.modules.at(-1)!
  const learners = await makeLearners(db, course, last, many)
  const ids = learners.map(({ address }) => address.split('/')[2]!)
  for (const module of course.modules.slice(0, -1)) {
    for (const lesson of module.lessons)
      await sql`insert into lesson_marks (enrollment_id, module, lesson, mark)
        select enrollment_id, ${module.slug}, ${lesson.slug}, 'finished' from attempts where id = any(${ids}::uuid[])`.execute(
        db,
      )
    await sql`with passed as (
        insert into attempts (enrollment_id, module, drawn, pass_mark)
        select enrollment_id, ${module.slug}, '[]', pass_mark from attempts where id = any(${ids}::uuid[]) returning id)
      insert into attempt_results (attempt_id, correct, total, is_passed, finished_at)
      select id, 1, 1, true, now() from passed`.execute(db)
  }
  return learners
}

/** What happened to the answers of a phase. */
export type Told = {
  acknowledged: number
  /** Answers that had to be sent again, because a page said to try again or no page came. */
  again: number
  /** From the first moment without any acknowledged answer to the next one, the longest in seconds. */
  longestSilence: number
}

/** Each learner answers everything, one answer every so often; what isn't acknowledged is sent again, as a person would. */
export async function answerAll(address: string, learners: readonly Learner[], pause: number): Promise<Told> {
  const told: Told = { acknowledged: 0, again: 0, longestSilence: 0 }
  const dispatcher = new Agent({ connections: learners.length, pipelining: 1, headersTimeout: 30_000 })
  let last = performance.now()
  await Promise.all(
    learners.map(async ({ cookie, answers, address: to }) => {
      await after(Math.random() * pause)
      for (const body of answers) {
        while (!(await isAcknowledged(address + to, cookie, body, dispatcher))) {
          told.again++
          await after(500)
        }
        told.acknowledged++
        const now = performance.now()
        told.longestSilence = Math.max(told.longestSilence, (now - last) / 1000)
        last = now
        await after(pause * (0.5 + Math.random()))
      }
    }),
  )
  await dispatcher.close()
  return told
}

async function isAcknowledged(
  url: string,
  cookie: string,
  body: string,
  dispatcher: Agent,
): Promise<boolean> {
  const headers = {
    cookie,
    'content-type': 'application/x-www-form-urlencoded',
    'sec-fetch-site': 'same-origin',
  }
  const answer = await dispatcher
    .request({ origin: new URL(url).origin, path: new URL(url).pathname, method: 'POST', headers, body })
    .catch(() => null)
  await answer?.body.dump().catch(() => null)
  if (answer && answer.statusCode !== 303 && answer.statusCode < 500)
    throw new Error(`An answer got ${answer.statusCode}.`)
  return answer?.statusCode === 303
}

/** Compares what was acknowledged with what is stored; throws if anything is lost, doubled or has a gap. */
export async function checkKept(db: Database, answers: number, learners: number): Promise<void> {
  const { rows } = await sql<{ answers: number; finished: number; numbers: number; highest: number }>`
    select (select count(*) from attempt_answers)::int as answers,
      (select count(*) from completions)::int as finished,
      (select count(distinct number) from certificates)::int as numbers,
      (select coalesce(max(substring(number from '\\d+$')::int), 0) from certificates) as highest`.execute(db)
  const kept = rows[0]!
  if (kept.answers !== answers)
    throw new Error(`${answers} answers were acknowledged, ${kept.answers} are stored.`)
  if (kept.finished !== learners)
    throw new Error(`${learners} people finished, ${kept.finished} completions are stored.`)
  if (kept.numbers !== learners || kept.highest !== learners)
    throw new Error(
      `${learners} certificates are due; there are ${kept.numbers}, the highest is ${kept.highest}.`,
    )
  await placeEntries(db)
  const problem = checkLedger(await listEntries(db), null)
  if (problem) throw new Error(`The ledger: ${JSON.stringify(problem)}`)
}
