import { sql } from 'kysely'
import { jobHandlers } from '#server/job-handlers.ts'
import type { JobData, JobName } from '#server/jobs/timetable.ts'
import type { World } from './app.ts'
import { asTheService, serviceUrl } from './db.ts'

/** Does what waits in the queue, as a worker would, one after the other until nothing of these kinds is left. */
export async function workOff(world: World, ...names: readonly JobName[]): Promise<void> {
  const handlers = await handlersOf(world)
  for (;;) {
    const { rows } = await sql<{ name: JobName; data: JobData }>`
      delete from pgboss.job where id = (
        select id from pgboss.job where state in ('created', 'retry') and name = any(${names})
        order by created_on, data ->> 'email' limit 1)
      returning name, data`.execute(world.db)
    const [job] = rows
    if (!job) return
    await handlers[job.name](job.data)
  }
}

/** Sends the emails about accounts that wait. */
export const sendAccountEmails = (world: World) => workOff(world, 'send-reset-link', 'send-account-email')

/** The handlers of all jobs in a world. */
export async function handlersOf({ clock, catalogue, config, mail }: World) {
  const db = await asTheService()
  const databaseUrl = await serviceUrl()
  return jobHandlers({ db, databaseUrl, clock: () => clock.now, catalogue, config, mail })
}
