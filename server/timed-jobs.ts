import type { FastifyBaseLogger } from 'fastify'
import { catchUpCertificates, sweepNameTries } from '#server/certificates/certificates/issuing.actions.ts'
import { keepHead } from '#server/certificates/credentials/ledger-heads.actions.ts'
import { refreshStale } from '#server/standings/standings.actions.ts'
import type { Config } from './config.ts'
import type { Database } from './db/connection.ts'
import { dayOf } from './lib/days.ts'
import type { Mail } from './lib/mail.ts'
import { sweepPeople } from './people/actions.ts'
import { createSessions } from './people/sessions.ts'

type Needs = Readonly<{
  db: Database
  clock: () => Date
  log: FastifyBaseLogger
  mail: Mail
  config: Config
}>

/** Everything that happens by the clock alone. Each job may run twice, or on two servers at once, without harm. */
const jobs: readonly Readonly<{ name: string; minutes: number; run: (needs: Needs) => Promise<unknown> }>[] =
  [
    {
      // A verdict changes by itself at midnight in Minnesota: within the hour the stored one has changed with it.
      name: 'standings that changed by themselves',
      minutes: 30,
      run: ({ db, clock }) => refreshStale(db, dayOf(clock())),
    },
    {
      name: 'certificates yet to be drawn, or held up by a name',
      minutes: 5,
      run: ({ db, clock, config }) =>
        catchUpCertificates(db, { issuer: config, keysFile: config.keysFile }, clock()),
    },
    {
      name: 'the ledger held against what was kept outside, and its head of the day signed and kept',
      minutes: 60,
      run: ({ db, clock, config, mail }) => keepHead(db, { config, mail }, clock()),
    },
    {
      name: 'ended sessions and old failed attempts',
      minutes: 60,
      run: async ({ db, config }) => {
        const limits = { idleMinutes: config.sessionIdleMinutes, hours: config.sessionHours }
        await sweepPeople(db, createSessions(db, limits))
        await sweepNameTries(db)
      },
    },
  ]

/** Runs every job now and then by its minutes; returns what stops them and waits for the one that runs. */
export function startTimedJobs(needs: Needs): () => Promise<void> {
  let running = Promise.resolve()
  const once = (job: (typeof jobs)[number]) => {
    running = running
      .then(() => job.run(needs))
      .then(
        () => {},
        (error) =>
          needs.log.error(error, `The job "${job.name}" failed; it runs again in ${job.minutes} minutes.`),
      )
  }
  for (const job of jobs) once(job)
  const timers = jobs.map((job) => setInterval(() => once(job), job.minutes * 60_000).unref())
  return async () => {
    for (const timer of timers) clearInterval(timer)
    await running
  }
}
