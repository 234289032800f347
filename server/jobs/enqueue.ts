import { type Kysely, sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { type JobData, type JobName, queueOptions, timetable } from './timetable.ts'

/**
 * Enqueues a job in the transaction that causes it, so that both commit or neither does. pg-boss's own
 * `send` would look up the queue on a second connection, which a transaction must never need. Of a job with a
 * schedule only one waits at a time: enqueued again, it stays one.
 */
export async function enqueue(
  trx: Transaction<DB> | Kysely<DB>,
  name: JobName,
  data: JobData = {},
  startAt?: Date,
): Promise<void> {
  await enqueueAll(trx, name, [data], startAt)
}

/** Many jobs of one kind, in one statement. */
export async function enqueueAll(
  trx: Transaction<DB> | Kysely<DB>,
  name: JobName,
  data: readonly JobData[],
  startAt?: Date,
): Promise<void> {
  if (data.length === 0 || (await insertJobs(trx, name, data, startAt))) return
  // A command may cause a job before any worker has run here.
  await sql`select pgboss.create_queue(${name}, ${JSON.stringify(queueOptions(timetable[name]))}::jsonb)`.execute(
    trx,
  )
  if (!(await insertJobs(trx, name, data, startAt))) throw new Error(`The queue ${name} does not exist.`)
}

/** Runs a scheduled job within seconds: one that waits for its time or for a retry is moved up. */
export async function runNow(trx: Transaction<DB>, name: JobName): Promise<void> {
  const { numAffectedRows } = await sql`
    update pgboss.job set start_after = now()
    where name = ${name} and state in ('created', 'retry')`.execute(trx)
  if (!numAffectedRows) await enqueue(trx, name)
}

/** False where there is no queue of that name yet. */
async function insertJobs(
  trx: Transaction<DB> | Kysely<DB>,
  name: JobName,
  data: readonly JobData[],
  startAt?: Date,
): Promise<boolean> {
  const { rows } = await sql<{ name: string }>`
    with added as (
      insert into pgboss.job_common (name, data, start_after, keep_until, policy, dead_letter,
        expire_seconds, deletion_seconds, retry_limit, retry_delay, retry_backoff, retry_delay_max, heartbeat_seconds)
      select q.name, d.data, t.at, t.at + q.retention_seconds * interval '1 second',
        q.policy, q.dead_letter, q.expire_seconds, q.deletion_seconds, q.retry_limit, q.retry_delay, q.retry_backoff,
        q.retry_delay_max, q.heartbeat_seconds
      from pgboss.queue q, (select coalesce(${startAt ?? null}::timestamptz, now()) as at) t,
        jsonb_array_elements(${JSON.stringify(data)}::jsonb) d(data)
      where q.name = ${name}
      on conflict do nothing)
    select name from pgboss.queue where name = ${name}`.execute(trx)
  return rows.length > 0
}
