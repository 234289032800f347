import type { FastifyBaseLogger } from 'fastify'
import { PgBoss } from 'pg-boss'
import { timeZone } from '#server/lib/days.ts'
import { type JobData, type JobName, type JobPlan, queueOptions, timetable } from './timetable.ts'

export type Handlers = Readonly<Record<JobName, (data: JobData) => Promise<unknown>>>

const names = Object.keys(timetable) as JobName[]

export type Workers = Readonly<{
  /** Waits up to this many milliseconds for running jobs. Interrupted jobs run again later. */
  stop: (milliseconds: number) => Promise<void>
  /** Runs a job now, outside its schedule. */
  runNow: (name: JobName) => Promise<void>
}>

/** Runs jobs in this process. Several processes can do this: each job runs in only one of them. */
export async function startWorkers(
  url: string,
  handlers: Handlers,
  log: FastifyBaseLogger,
): Promise<Workers> {
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'safe-harbor-jobs',
    max: 3,
    migrate: false,
    createSchema: false,
  })
  boss.on('error', (error) => log.error(error, 'The job queue'))
  await boss.start()
  for (const name of names) await prepare(boss, name, timetable[name])
  for (const name of names) {
    const { atOnce = 1 }: JobPlan = timetable[name]
    const options = { pollingIntervalSeconds: 2, batchSize: 1, localConcurrency: atOnce }
    await boss.work<JobData>(name, options, async ([job]) => {
      if (!job) return
      log.debug({ job: name, id: job.id }, 'job started')
      try {
        await handlers[name](job.data ?? {})
      } catch (error) {
        log.error({ err: error, job: name, id: job.id }, 'job failed')
        throw error
      }
    })
  }
  return {
    stop: (milliseconds) => boss.stop({ graceful: true, timeout: milliseconds }),
    runNow: async (name) => {
      await boss.send(name, {})
    },
  }
}

async function prepare(boss: PgBoss, name: JobName, plan: JobPlan): Promise<void> {
  const { policy, ...options } = queueOptions(plan)
  await boss.createQueue(name, { ...options, policy })
  await boss.updateQueue(name, options)
  if (plan.cron) await boss.schedule(name, plan.cron, {}, { tz: timeZone })
  else await boss.unschedule(name)
}
