import { CronExpressionParser } from 'cron-parser'
import { type JobName, type JobPlan, timetable } from '#server/jobs/timetable.ts'
import { timeZone } from '#server/lib/days.ts'
import { count, instant } from '#server/web/words.ts'
import type { JobRecord } from './jobs.queries.ts'

type JobLine = Readonly<{
  name: JobName
  says: string
  state: 'good' | 'attention' | 'unknown'
  stateWords: string
  last: string
  next: string
  mayRunNow: boolean
}>

const jobNames = Object.keys(timetable) as JobName[]

export const isJobName = (name: string): name is JobName => Object.hasOwn(timetable, name)

/** The timetable with what the queue knows of each job. */
export function jobLines(records: readonly JobRecord[], now: Date): readonly JobLine[] {
  const byName = new Map(records.map((record) => [record.name, record]))
  return jobNames.map((name) => {
    const plan: JobPlan = timetable[name]
    const record = byName.get(name)
    return {
      name,
      says: plan.says,
      ...stateOf(record, now),
      last: lastRun(record),
      next: nextRun(plan, record, now),
      // Without a schedule, a job carries what it is about, such as one email.
      mayRunNow: plan.cron !== undefined,
    }
  })
}

/** When a schedule comes around next, in Central time. */
export const nextTime = (cron: string, now: Date): Date =>
  CronExpressionParser.parse(cron, { currentDate: now, tz: timeZone }).next().toDate()

const lateMilliseconds = 15 * 60_000

function stateOf(record: JobRecord | undefined, now: Date): Pick<JobLine, 'state' | 'stateWords'> {
  if (!record) return { state: 'unknown', stateWords: 'No run yet' }
  if (record.failed > 0) return { state: 'attention', stateWords: `${count(record.failed, 'failure')}` }
  if (record.retries > 0) return { state: 'attention', stateWords: 'Failed, will retry' }
  if (record.running > 0) return { state: 'good', stateWords: 'Running' }
  if (record.next_at && now.getTime() - record.next_at.getTime() > lateMilliseconds)
    return { state: 'attention', stateWords: 'Late: no worker runs it' }
  return { state: 'good', stateWords: record.finished_at ? 'On time' : 'Waiting' }
}

function lastRun(record: JobRecord | undefined): string {
  if (!record?.finished_at) return 'Not yet'
  const { finished_at, seconds } = record
  return `${instant(finished_at)}, took ${tookWords(seconds ?? 0)}`
}

const tookWords = (seconds: number): string =>
  seconds < 1 ? 'less than a second' : count(Math.round(seconds), 'second')

function nextRun({ cron }: JobPlan, record: JobRecord | undefined, now: Date): string {
  if (record?.next_at && record.next_at > now && (record.retries > 0 || !cron))
    return `${count(record.waiting, 'job')} from ${instant(record.next_at)}`
  if (record && record.waiting > 0 && !cron) return `${count(record.waiting, 'job')} waiting`
  return cron ? instant(nextTime(cron, now)) : 'When something causes it'
}
