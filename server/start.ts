import { KeyFileError, openDataKey } from '#server/certificates/credentials/key-file.ts'
import { issuerDid } from '#server/certificates/credentials/keys.ts'
import { checkKeys } from '#server/certificates/credentials/keys-at-start.actions.ts'
import { hasErrors, problemLine } from '#server/courses/authoring/files/problems.ts'
import { openCourses } from '#server/courses/authoring/rendered-courses.ts'
import { createSetupLink } from './admin/setup/setup-link.actions.ts'
import { buildApp } from './app.ts'
import { type Config, configWarnings } from './config.ts'
import { findEvidenceRisks } from './db/app-role.ts'
import { AlreadyRunning } from './db/lock.ts'
import { type OpenDatabase, openDatabase, openReplica } from './db/open.ts'
import { demoCast, demoPassword } from './demo/cast.ts'
import { fillDemoClassroom } from './demo/classroom.ts'
import { fillDemo, isDemo, isEmpty } from './demo/fill.ts'
import { fillDemoOwnRequirements } from './demo/own-requirements.ts'
import { demoStart } from './demo/permission.ts'
import { demoStaff } from './demo/staff.ts'
import { fillDemoVersions } from './demo/versions.ts'
import { jobHandlers } from './job-handlers.ts'
import { enqueue } from './jobs/enqueue.ts'
import { startWorkers } from './jobs/workers.ts'
import { startSequencer } from './ledger/sequencer.actions.ts'
import { keepMail } from './lib/kept-mail.ts'
import { createMail } from './lib/mail.ts'
import { logger } from './logging.ts'
import { sealStoredSecrets } from './people/sign-in/second-factor.actions.ts'
import { settings } from './settings.ts'
import { type Running, stopInOrder } from './stopping.ts'
import { returnUnusedMemory } from './unused-memory.ts'
import { besideAnother } from './web-processes.ts'

const config = settings()
for (const warning of configWarnings(config)) console.warn(warning)
const { catalogue, problems } = await openCourses(config.coursesDir, config.cacheDir)
if (hasErrors(problems)) {
  for (const problem of problems) if (problem.level === 'error') console.error(problemLine(problem))
  console.error(
    'The courses have errors, so the service did not start. Fix them, then check with: npm run courses:check',
  )
  process.exit(1)
}

/** Beside another web process, this one only serves pages. */
const isFirst = !process.argv.includes(besideAnother)
const running: Running = {}
const stop = stopInOrder(running, config.stopSeconds)
// Loaded where it is asked for, and nowhere else.
const tracing = config.telemetryEndpoint ? (await import('./web/tracing.ts')).startTracing(config) : undefined
running.tracing = tracing
const database = await open()
running.database = database
const db = tracing ? database.db.withPlugin(tracing.statements) : database.db
const replica = await orStop(openReplica(config, db))
running.replica = replica
await haveKeys()
if (isFirst) await warnOfRights()
const clock = () => new Date()
const start = demoStart({
  ...config,
  isEmbedded: database.isEmbedded,
  isEmpty: await isEmpty(db),
  isDemo: await isDemo(db),
})
if (start.kind === 'refuse') {
  console.error(start.why)
  await database.close()
  process.exit(1)
}
if (start.kind === 'fill') {
  await fillDemo(
    db,
    {
      residential: catalogue.courses.get('residential-settings') ?? null,
      issuer: config,
      staff: demoStaff,
    },
    clock(),
  )
  await fillDemoVersions(db, catalogue, config, clock())
  await fillDemoClassroom(db, catalogue, clock())
  await fillDemoOwnRequirements(db, clock())
  await enqueue(db, 'sign-ledger-head')
}
const demo = await isDemo(db)
await sealStoredSecrets(db, () => openDataKey(config.keysFile, issuerDid(config.baseUrl), clock()))

const mail = createMail(config.smtpUrl, config.mailFrom) ?? (config.development ? keepMail : null)
const app = await buildApp({
  db,
  ...(replica ? { replica } : {}),
  ...(tracing ? { tracing } : {}),
  catalogue,
  mail,
  clock,
  config,
  isDemo: demo,
  logger: logger(config),
})
running.app = app
running.sequencer = startSequencer(db, {
  failed: (error) => app.log.error(error, 'placing ledger entries failed'),
})

database.lost.then(() => {
  if (running.isStopping) return
  console.error(
    'The database stopped unexpectedly, so the service is stopping too. Start it again; the database recovers.',
  )
  stop(1)
})

try {
  await app.listen({ host: config.host, port: config.port })
  if (config.jobs === 'here' && isFirst) {
    const handlers = jobHandlers({ db, databaseUrl: database.url, clock, mail, catalogue, config })
    running.workers = await startWorkers(database.url, tracing?.jobs(handlers) ?? handlers, app.log, {
      isAlone: database.isEmbedded,
    })
  }
} catch (error) {
  const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  console.error(
    inUse
      ? `Port ${config.port} is used by another program. Stop that program, or choose another port with PORT=3001 npm start.`
      : error,
  )
  await stop(1)
}
returnUnusedMemory()
if (!running.isStopping && isFirst)
  console.log(welcome(config, database, demo, await createSetupLink(db, clock())))

async function open(): Promise<OpenDatabase> {
  try {
    return await openDatabase(config)
  } catch (error) {
    console.error(
      error instanceof AlreadyRunning ? error.message : `The database could not be opened. ${error}`,
    )
    process.exit(1)
  }
}

/** What is part of a start and may be refused in words. */
async function orStop<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    await running.database?.close()
    process.exit(1)
  }
}

/** The service works on, because the triggers still refuse; but its password then protects the evidence alone. */
async function warnOfRights(): Promise<void> {
  const risks = await findEvidenceRisks(db)
  if (risks.length === 0) return
  for (const risk of risks) console.error(`WARNING: ${risk}`)
  console.error(
    'WARNING: The service could change evidence. Give it a role of its own: see “Two roles” in docs/operations.md.',
  )
}

async function haveKeys(): Promise<void> {
  try {
    await checkKeys(db, config.keysFile, config.lostKeys)
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error
    console.error(error.message)
    await stop(1)
  }
}

function welcome(
  { baseUrl, dataDir }: Config,
  { isEmbedded }: OpenDatabase,
  isDemonstration: boolean,
  setupToken: string | null,
): string {
  const lines = ['', `  Safe Harbor Training is ready: ${baseUrl}`, '']
  if (setupToken)
    lines.push(
      `  Set-up: open this address within an hour: ${baseUrl}/setup/${setupToken}`,
      '  For another link: npm run admin -- setup-link',
      '',
    )
  if (isDemonstration) {
    const width = Math.max(...demoCast.map(({ email }) => email.length))
    lines.push(`  Demonstration accounts, all with the password ${demoPassword}`)
    for (const { email, reason } of demoCast) lines.push(`    ${email.padEnd(width)}  ${reason}`)
    lines.push('')
  }
  lines.push(isEmbedded ? `  Data: ${dataDir}` : '  Data: the database at DATABASE_URL')
  lines.push('  To stop: Ctrl-C', '')
  return lines.join('\n')
}
