import type { FastifyBaseLogger } from 'fastify'
import { type Clock, PgBoss, systemClock } from 'pg-boss'
import { timeZone } from '#server/lib/days.ts'
import { type JobData, type JobName, type JobPlan, queueOptions, timetable } from './timetable.ts'

type JobRun = Readonly<{
  /** Aborted when the process stops, or the job was given to another one. */
  signal: AbortSignal
  /** If this attempt fails, there is no other. */
  isLastTry: boolean
}>

/** Of a job that is run outside the queue, once. */
export const onlyTry: JobRun = { signal: new AbortController().signal, isLastTry: true }

export type Handlers = Readonly<Record<JobName, (data: JobData, run?: JobRun) => Promise<unknown>>>

const names = Object.keys(timetable) as JobName[]

/**
 * The queue measures its waits by this clock, and how far it is from the database's once a minute. By the wall clock, a
 * process would stop scheduling for as long as that clock was set back.
 */
const steadyClock: Clock = {
  ...systemClock,
  now: () => Math.round(performance.timeOrigin + performance.now()),
}

export type Workers = Readonly<{
  /** Waits up to this many milliseconds for running jobs. Interrupted jobs run again later. */
  stop: (milliseconds: number) => Promise<void>
  /** Runs a job now, outside its schedule. */
  runNow: (name: JobName) => Promise<void>
}>

/**
 * Runs jobs in this process. Several processes can do this: each job runs in only one of them. A process that has the
 * database to itself knows that a job which still counts as running was cut off with the process before it.
 */
export async function startWorkers(
  url: string,
  handlers: Handlers,
  log: FastifyBaseLogger,
  { isAlone = false } = {},
): Promise<Workers> {
  // What the queue doesn't know goes to the driver.
  const options = {
    connectionString: url,
    application_name: 'safe-harbor-jobs',
    max: 3,
    // A network that is cut without a word must not hold a connection for minutes.
    query_timeout: 30_000,
    keepAlive: true,
    migrate: false,
    createSchema: false,
    // How often it looks for jobs whose process was killed.
    superviseIntervalSeconds: 15,
    monitorIntervalSeconds: 15,
    clock: steadyClock,
    clockMonitorIntervalSeconds: 60,
  }
  const boss = new PgBoss(options)
  const stopping = new AbortController()
  boss.on('error', (error) => log.error(error, 'The job queue'))
  await boss.start()
  for (const name of names) await prepare(boss, name, timetable[name])
  if (isAlone) await releaseJobs(boss)
  await forgetTheFuture(boss)
  for (const name of names) {
    const { atOnce = 1, isAwaited = false }: JobPlan = timetable[name]
    const polling = {
      pollingIntervalSeconds: isAwaited ? 1 : 2,
      batchSize: 1,
      localConcurrency: atOnce,
      includeMetadata: true,
    } as const
    await boss.work<JobData, void, typeof polling>(name, polling, async ([job]) => {
      if (!job) return
      log.debug({ job: name, id: job.id }, 'job started')
      const signal = AbortSignal.any([job.signal, stopping.signal])
      try {
        await handlers[name](job.data ?? {}, { signal, isLastTry: job.retryCount >= job.retryLimit })
      } catch (error) {
        log.error({ err: error, job: name, id: job.id }, 'job failed')
        throw error
      }
    })
  }
  const looking = setInterval(
    () => forgetTheFuture(boss).catch((error) => log.error(error, 'The job queue')),
    lookForFutureMilliseconds,
  )
  return {
    stop: (milliseconds) => {
      stopping.abort()
      clearInterval(looking)
      return boss.stop({ graceful: true, timeout: milliseconds })
    },
    runNow: async (name) => {
      await boss.send(name, {})
    },
  }
}

/** Jobs without a sign of life are retried, by pg-boss's own rules. */
async function releaseJobs(boss: PgBoss): Promise<void> {
  await boss
    .getDb()
    .executeSql(`update pgboss.job set heartbeat_on = now() - interval '1 hour' where state = 'active'`)
  await boss.supervise()
}

/** How long after a clock was set back its jobs run again. */
const lookForFutureMilliseconds = 60_000

/**
 * A clock that was ahead left times behind until which nothing would be scheduled, checked or retried. Jobs of that time
 * are moved by as much as they are ahead, so that one that waits for the end of quiet hours still waits for it. No retry
 * waits longer than an hour.
 */
async function forgetTheFuture(boss: PgBoss): Promise<void> {
  const db = boss.getDb()
  const scheduled = names.filter((name) => 'cron' in timetable[name])
  await db.executeSql(`
    update pgboss.version set cron_on = least(cron_on, now()), bam_on = least(bam_on, now()),
      flow_on = least(flow_on, now()), monitor_backoff_on = null
    where greatest(cron_on, bam_on, flow_on) > now() + interval '5 minutes'`)
  await db.executeSql(`
    update pgboss.queue set monitor_claim_on = least(monitor_claim_on, now()), monitor_on = least(monitor_on, now()),
      maintain_on = least(maintain_on, now())
    where greatest(monitor_claim_on, monitor_on, maintain_on) > now() + interval '5 minutes'`)
  // What ran by the clock that was ahead must not count as run at the right time.
  await db.executeSql(`
    update pgboss.job set singleton_on = null
    where singleton_on > now() at time zone 'utc' + interval '5 minutes' and state in ('completed', 'failed')`)
  await db.executeSql(`
    update pgboss.job set created_on = now(), start_after = start_after - (created_on - now()),
      keep_until = keep_until - (created_on - now())
    where state in ('created', 'retry') and created_on > now() + interval '5 minutes'`)
  await db.executeSql(
    `update pgboss.job set start_after = now()
     where state = 'retry' and start_after > now() + interval '65 minutes'
       or state = 'created' and name = any($1) and start_after > now() + interval '1 day'`,
    [scheduled],
  )
  await db.executeSql(`
    update pgboss.job set started_on = least(started_on, now()), heartbeat_on = now()
    where state = 'active' and greatest(started_on, heartbeat_on) > now() + interval '5 minutes'`)
}

async function prepare(boss: PgBoss, name: JobName, plan: JobPlan): Promise<void> {
  const { policy, ...options } = queueOptions(plan)
  await boss.createQueue(name, { ...options, policy })
  await boss.updateQueue(name, options)
  // What came due while no process ran is made up for once, such as the morning’s reminders.
  if (plan.cron) await boss.schedule(name, plan.cron, {}, { tz: timeZone, missed: 'once' })
  else await boss.unschedule(name)
}
