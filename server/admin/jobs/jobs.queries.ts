import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

export type JobRecord = Readonly<{
  name: string
  waiting: number
  running: number
  failed: number
  /** When the earliest waiting one starts. */
  next_at: Date | null
  /** Attempts of waiting jobs that failed and will be retried. */
  retries: number
  finished_at: Date | null
  seconds: number | null
}>

/** What the queue knows of each job of the last two weeks, in one statement. */
export async function listJobRecords(db: Kysely<DB>): Promise<readonly JobRecord[]> {
  const { rows } = await sql<JobRecord>`
    select j.name,
      count(*) filter (where state in ('created', 'retry'))::int as waiting,
      count(*) filter (where state = 'active')::int as running,
      count(*) filter (where state = 'failed')::int as failed,
      min(start_after) filter (where state in ('created', 'retry')) as next_at,
      count(*) filter (where state = 'retry')::int as retries,
      max(completed_on) filter (where state = 'completed') as finished_at,
      (array_agg(extract(epoch from completed_on - started_on)::float8 order by completed_on desc)
        filter (where state = 'completed'))[1] as seconds
    from pgboss.job j group by j.name`.execute(db)
  return rows
}

type FailedJob = Readonly<{
  id: string
  name: string
  failed_at: Date
  attempts: number
  message: string
}>

/** Jobs whose last retry failed, the newest first, from below one on. */
export async function listFailedJobs(
  db: Kysely<DB>,
  { below, size }: Readonly<{ below: string | null; size: number }>,
): Promise<readonly FailedJob[]> {
  const { rows } = await sql<FailedJob>`
    select id, name, completed_on as failed_at, retry_count + 1 as attempts,
      left(coalesce(output ->> 'message', output ->> 'value', output::text, 'It says nothing.'), 300) as message
    from pgboss.job
    where state = 'failed' and (${below}::uuid is null or (completed_on, id) < (
      select completed_on, id from pgboss.job where id = ${below}::uuid and state = 'failed'))
    order by completed_on desc, id desc limit ${size}`.execute(db)
  return rows
}
