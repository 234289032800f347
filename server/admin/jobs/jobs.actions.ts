import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { enqueue, runNow } from '#server/jobs/enqueue.ts'
import type { JobData, JobName } from '#server/jobs/timetable.ts'
import { isJobName } from './job-lines.ts'

export const runJobNow = (db: Database, name: JobName): Promise<void> =>
  db.transaction().execute((trx) => runNow(trx, name))

/** Puts a failed job back in the queue with the data it had; false where it is not there, or not failed. */
export function retryFailedJob(db: Database, id: string): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ name: string; data: JobData | null }>`
      delete from pgboss.job where id = ${id}::uuid and state = 'failed' returning name, data`.execute(trx)
    const job = rows[0]
    if (!job || !isJobName(job.name)) return false
    await enqueue(trx, job.name, job.data ?? {})
    return true
  })
}

/** Takes a failed job off the list, once what it was about is done some other way. */
export async function dropFailedJob(db: Database, id: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    delete from pgboss.job where id = ${id}::uuid and state = 'failed'`.execute(db)
  return numAffectedRows === 1n
}
