import { setTimeout as after } from 'node:timers/promises'
import pretty from 'pino-pretty'
import { hasErrors, problemLine } from '#server/courses/authoring/files/problems.ts'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { buildApp } from './app.ts'
import type { Config } from './config.ts'
import { AlreadyRunning } from './db/lock.ts'
import { type OpenDatabase, openDatabase } from './db/open.ts'
import { demoCast, demoPassword } from './demo/cast.ts'
import { fillDemoClassroom } from './demo/classroom.ts'
import { fillDemo, isDemo, isEmpty } from './demo/fill.ts'
import { demoStaff } from './demo/staff.ts'
import { jobHandlers } from './job-handlers.ts'
import { startWorkers, type Workers } from './jobs/workers.ts'
import { createMail } from './lib/mail.ts'
import { settings } from './settings.ts'

const config = settings()
const { catalogue, problems } = loadCourses(config.coursesDir)
if (hasErrors(problems)) {
  for (const problem of problems) if (problem.level === 'error') console.error(problemLine(problem))
  console.error(
    'The courses have errors, so nothing was started. Mend them, then check with: npm run courses:check',
  )
  process.exit(1)
}

const database = await open()
const { db } = database
const clock = () => new Date()
if (database.isEmbedded && (await isEmpty(db))) {
  await fillDemo(
    db,
    {
      residential: catalogue.courses.get('residential-settings')?.current ?? null,
      issuer: config,
      staff: demoStaff,
    },
    clock(),
  )
  await fillDemoClassroom(db, catalogue, clock())
}
const demo = await isDemo(db)

const mail = createMail(config.smtpUrl, config.mailFrom)
const app = await buildApp({
  db,
  catalogue,
  mail,
  clock,
  config,
  isDemo: demo,
  logger: logger(config),
})

let workers: Workers | null = null
let isStopping = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (isStopping) process.exit(1)
    stop(0)
  })
database.lost.then(() => {
  if (isStopping) return
  console.error('The database stopped by itself. Stopping too; start again, and it recovers.')
  stop(1)
})

try {
  await app.listen({ host: config.host, port: config.port })
  workers = await startWorkers(database.url, jobHandlers({ db, clock, mail, config }), app.log)
} catch (error) {
  const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  console.error(
    inUse
      ? `Port ${config.port} is taken by another program. Stop it, or choose another with PORT=3001 npm start.`
      : error,
  )
  await stop(1)
}
if (!isStopping) console.log(welcome(config, database, demo))

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

/** New requests are refused, and running ones and jobs end first. What still waits when the time is up is cut off. */
async function stop(code: number): Promise<void> {
  if (isStopping) return
  isStopping = true
  const timeUp = after(config.stopSeconds * 1000)
  await Promise.race([endWork(), timeUp])
  await database.close()
  process.exit(code)
}

async function endWork(): Promise<void> {
  // What is still open after half of that is cut off: a browser asks again, and a job runs again.
  const half = config.stopSeconds * 500
  const cutOff = setTimeout(() => app.server.closeAllConnections(), half)
  await Promise.all([app.close(), workers?.stop(half)])
  clearTimeout(cutOff)
}

function logger({ logLevel, logPretty }: Config) {
  const redact = ['req.headers.cookie', 'req.headers.authorization']
  // A link's or a certificate's secret stands in the address: the log keeps the page, not the secret.
  const serializers = {
    req: (request: { method: string; url: string; ip: string }) => ({
      method: request.method,
      url: request.url.replace(/^\/(link|verify|packets|notices\/unsubscribe)\/[^/?]+/, '/$1/…').replace(/\?.*$/, '?…'),
    }),
  }
  if (process.stdout.isTTY || logPretty)
    return {
      level: logLevel,
      redact,
      serializers,
      stream: pretty({ colorize: true, ignore: 'pid,hostname' }),
    }
  return { level: logLevel, redact, serializers }
}

function welcome(
  { baseUrl, dataDir }: Config,
  { isEmbedded }: OpenDatabase,
  isDemonstration: boolean,
): string {
  const lines = ['', `  Safe Harbor Training is ready: ${baseUrl}`, '']
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
