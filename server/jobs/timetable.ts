/**
 * Everything that runs later or by the clock. Times are Central time (America/Chicago). A job with a `cron` starts by itself;
 * every other one is enqueued in the transaction that causes it. `retries` are made with growing pauses; a job that fails
 * after its last retry is kept under "failed" on the console.
 */
export const timetable = {
  'refresh-standings': {
    says: 'Compute standings that change by themselves at midnight',
    cron: '1,31 * * * *',
    retries: 3,
    minutes: 30,
  },
  'draw-certificates': {
    says: 'Draw certificates that are issued and have no file yet',
    cron: '*/5 * * * *',
    retries: 3,
    minutes: 15,
  },
  'sign-ledger-head': {
    says: 'Check the ledger against the last head kept outside, then sign and keep a new head',
    cron: '7 * * * *',
    retries: 5,
    minutes: 30,
  },
  'sweep-sign-ins': {
    says: 'Remove ended sessions and old failed attempts',
    cron: '17 * * * *',
    retries: 1,
    minutes: 10,
  },
  'send-email': {
    says: 'Send a notice by email',
    // About two days of a mail server that is down; the morning's reminders take up what is left.
    retries: 60,
    minutes: 2,
    atOnce: 4,
  },
  'send-reminders': {
    says: 'Remind learners of their dates, and supervisors of people who are not cleared',
    cron: '0 8 * * *',
    retries: 5,
    minutes: 30,
  },
} as const satisfies Record<string, JobPlan>

export type JobPlan = Readonly<{
  says: string
  cron?: string
  retries: number
  /** After so long the job counts as dead and is taken up by another worker. */
  minutes: number
  /** How many of them one process runs side by side, if not one. */
  atOnce?: number
}>

export type JobName = keyof typeof timetable

/** What an enqueued job is told; a scheduled one is told nothing. */
export type JobData = Readonly<Record<string, string | number | boolean | null>>

/** How the queue of a job is set up. */
export const queueOptions = ({ cron, retries, minutes }: JobPlan) =>
  ({
    policy: cron ? 'stately' : 'standard',
    retryLimit: retries,
    retryDelay: 30,
    retryBackoff: true,
    retryDelayMax: 3600,
    expireInSeconds: minutes * 60,
    deleteAfterSeconds: 14 * 24 * 3600,
  }) as const
