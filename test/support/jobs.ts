import { sql } from 'kysely'
import { jobHandlers } from '#server/job-handlers.ts'
import type { JobData, JobName } from '#server/jobs/timetable.ts'
import type { World } from './app.ts'
import { asTheService, serviceUrl } from './db.ts'

/** Does what waits in the queue, as a worker would, all at once, until nothing of these kinds is left. */
export async function workOff(world: World, ...names: readonly JobName[]): Promise<void> {
  const handlers = await handlersOf(world)
  for (;;) {
    const { rows } = await sql<{ name: JobName; data: JobData }>`
      delete from pgboss.job where state in ('created', 'retry') and name = any(${names}) returning name, data`.execute(
      world.db,
    )
    if (rows.length === 0) return
    await Promise.all(rows.map(({ name, data }) => handlers[name](data)))
  }
}

/** The handlers of all jobs in a world, without a mail server. */
export async function handlersOf({ clock, catalogue, config }: World) {
  const db = await asTheService()
  const databaseUrl = await serviceUrl()
  return jobHandlers({ db, databaseUrl, clock: () => clock.now, catalogue, config, mail: null })
}
