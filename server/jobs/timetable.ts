/**
 * All background jobs. Times are Central time. A job with a `cron` runs on a schedule; all others are
 * enqueued in the transaction that causes them. Failed jobs are retried with growing delays; a job that fails
 * its last retry is listed under "failed" on the console.
 */
export const timetable = {
  'refresh-standings': {
    says: 'Recalculate standings that change at midnight',
    cron: '1,31 * * * *',
    retries: 3,
    minutes: 30,
  },
  'draw-certificate': {
    says: 'Draw the PDF of a certificate that was just issued',
    retries: 5,
    minutes: 5,
  },
  'draw-certificates': {
    says: 'Issue certificates that waited for a name, and draw the PDFs that are still missing',
    cron: '*/5 * * * *',
    retries: 3,
    minutes: 15,
  },
  'sign-ledger-head': {
    says: 'Each hour and after 1,000 entries: check the ledger and the register, then sign and store a new head',
    cron: '7,17,27,37,47,57 * * * *',
    retries: 5,
    minutes: 30,
  },
  'keep-overview': {
    says: 'Keep the day’s counts of people who are not cleared, for licensing’s overview',
    cron: '40 6 * * *',
    retries: 3,
    minutes: 10,
  },
  'sweep-sign-ins': {
    says: 'Remove what is past its time: sessions, failed attempts, mail and webhook logs; give up lost work',
    cron: '17 * * * *',
    retries: 1,
    minutes: 10,
  },
  'make-backup': {
    says: 'Write a backup into BACKUP_DIR, if that is set, and remove the oldest',
    // Between 1 and 3 an hour is missing or comes twice on the nights when clocks change.
    cron: '20 3 * * *',
    retries: 3,
    minutes: 120,
  },
  'check-links': {
    says: 'Ask whether the links of the Resources page still work, if LINK_CHECKS allows it',
    cron: '50 4 * * *',
    retries: 1,
    minutes: 30,
  },
  'check-import': {
    says: 'Compare an uploaded roster file with the roster',
    retries: 3,
    minutes: 15,
    atOnce: 2,
    isAwaited: true,
  },
  'apply-import': {
    says: 'Save a checked roster file',
    retries: 3,
    minutes: 15,
    isAwaited: true,
  },
  'check-past-trainings': {
    says: 'Compare an uploaded file of past trainings with the roster and its scans',
    retries: 3,
    minutes: 15,
    isAwaited: true,
  },
  'record-past-trainings': {
    says: 'Record past trainings from a checked file',
    retries: 3,
    minutes: 15,
    isAwaited: true,
  },
  'make-packet': {
    says: 'Make a review packet',
    retries: 5,
    minutes: 60,
    isAwaited: true,
  },
  'send-email': {
    says: 'Send a notice by email',
    // About two days of a mail server that is down; the morning's reminders take up what is left.
    retries: 60,
    minutes: 2,
    atOnce: 4,
  },
  'send-account-email': {
    says: 'Send an email about an account, such as an invitation',
    // The links in them are good for a day or more.
    retries: 30,
    minutes: 2,
    atOnce: 2,
    isAwaited: true,
  },
  'send-reset-link': {
    says: 'Write the email for someone who forgot their password',
    retries: 5,
    minutes: 2,
    isAwaited: true,
  },
  'send-webhook': {
    says: 'Tell a program’s software what happened',
    retries: 20,
    minutes: 2,
    atOnce: 2,
  },
  'send-reminders': {
    says: 'Remind learners of their dates, and supervisors of people who are not cleared',
    cron: '0 8 * * *',
    retries: 5,
    minutes: 30,
  },
  'send-after-care': {
    says: 'Send a short case to people who asked for them after a course',
    cron: '30 10 * * *',
    retries: 3,
    minutes: 10,
  },
  'tell-offices': {
    says: 'Tell administrators, licensing staff and reviewers what is due, about to end or has failed',
    cron: '37 * * * *',
    retries: 3,
    minutes: 10,
  },
} as const satisfies Record<string, JobPlan>

export type JobPlan = Readonly<{
  says: string
  cron?: string
  retries: number
  /** After this time the job counts as dead even if its process is alive, and another worker runs it. */
  minutes: number
  /** How many of them one process runs side by side, if not one. */
  atOnce?: number
  /** Someone watches its progress on a page: it starts within a second, and is retried soon. */
  isAwaited?: boolean
}>

export type JobName = keyof typeof timetable

/** The data of an enqueued job. Scheduled jobs have none. */
export type JobData = Readonly<Record<string, string | number | boolean | null>>

/** How the queue of a job is set up. */
export const queueOptions = ({ cron, retries, minutes, isAwaited }: JobPlan) =>
  ({
    policy: cron ? 'stately' : 'standard',
    retryLimit: retries,
    retryDelay: isAwaited ? 2 : 30,
    retryBackoff: true,
    retryDelayMax: 3600,
    expireInSeconds: minutes * 60,
    // The worker renews it in half that time. A job whose process was killed is free for another one after it.
    heartbeatSeconds: 30,
    deleteAfterSeconds: 14 * 24 * 3600,
  }) as const
