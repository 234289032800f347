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
  'make-backup': {
    says: 'Write a backup into BACKUP_DIR, if that is set, and remove the oldest',
    cron: '20 2 * * *',
    retries: 3,
    minutes: 120,
  },
} as const satisfies Record<string, JobPlan>

export type JobPlan = Readonly<{
  says: string
  cron?: string
  retries: number
  /** After so long the job counts as dead and is taken up by another worker. */
  minutes: number
}>

export type JobName = keyof typeof timetable

/** What an enqueued job is told; a scheduled one is told nothing. */
export type JobData = Readonly<Record<string, string | number | boolean | null>>
