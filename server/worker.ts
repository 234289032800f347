import pino from 'pino'
import { checkKeys } from '#server/certificates/credentials/keys-at-start.actions.ts'
import { hasErrors } from '#server/courses/authoring/files/problems.ts'
import { openCourses } from '#server/courses/authoring/rendered-courses.ts'
import { openDatabase } from './db/open.ts'
import { jobHandlers } from './job-handlers.ts'
import { startWorkers } from './jobs/workers.ts'
import { startSequencer } from './ledger/sequencer.actions.ts'
import { createMail } from './lib/mail.ts'
import { logger } from './logging.ts'
import { settings } from './settings.ts'
import { type Running, stopInOrder } from './stopping.ts'
import { returnUnusedMemory } from './unused-memory.ts'

/** Runs background jobs and serves no pages. Several of these can run beside several web processes. */
const config = settings()
if (!config.databaseUrl) {
  console.error('A worker needs DATABASE_URL. With the embedded database, jobs run in the web process.')
  process.exit(2)
}
const { catalogue, problems } = await openCourses(config.coursesDir, config.cacheDir)
if (hasErrors(problems)) {
  console.error('The courses have errors. See them with: npm run courses:check')
  process.exit(1)
}
const running: Running = {}
const stop = stopInOrder(running, config.stopSeconds)
const tracing = config.telemetryEndpoint ? (await import('./web/tracing.ts')).startTracing(config) : undefined
running.tracing = tracing
try {
  const database = await openDatabase(config)
  running.database = database
  const databaseUrl = database.url
  const db = tracing ? database.db.withPlugin(tracing.statements) : database.db
  await checkKeys(db, config.keysFile, config.lostKeys)
  const mail = createMail(config.smtpUrl, config.mailFrom)
  const handlers = jobHandlers({ db, databaseUrl, clock: () => new Date(), mail, catalogue, config })
  const { stream, ...options } = { stream: undefined, ...logger(config) }
  const log = stream ? pino(options, stream) : pino(options)
  running.sequencer = startSequencer(db, {
    failed: (error) => log.error(error, 'placing ledger entries failed'),
  })
  running.workers = await startWorkers(databaseUrl, tracing?.jobs(handlers) ?? handlers, log)
  console.log('The worker is ready.')
  returnUnusedMemory()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  await stop(1)
}
