/** `npm run upgrade-database`: brings the embedded database to the major version of PostgreSQL that is installed. */
import { parseArgs } from 'node:util'
import { BackupError } from '#server/backup/backup-file.ts'
import { upgradeDatabase } from '#server/backup/major-upgrade.actions.ts'
import { AlreadyRunning } from '#server/db/lock.ts'
import { settings } from '#server/settings.ts'

const usage = `Stop the service, then use it like this:
  npm run upgrade-database                            fetches the old PostgreSQL from npm
  npm run upgrade-database -- --old-program FOLDER    takes it from the folder of the program that ran before`

const config = settings()
if (config.databaseUrl)
  end('This is for the embedded database. For the one at DATABASE_URL, use PostgreSQL’s own pg_upgrade.')
try {
  console.log(await upgradeDatabase(config, oldProgram(), new Date()))
} catch (error) {
  const isExpected = error instanceof BackupError || error instanceof AlreadyRunning
  console.error(isExpected ? error.message : error)
  process.exitCode = 1
}

function oldProgram(): string | undefined {
  try {
    return parseArgs({ options: { 'old-program': { type: 'string' } } }).values['old-program']
  } catch (error) {
    return end(`${(error as Error).message}\n${usage}`)
  }
}

function end(message: string): never {
  console.error(message)
  process.exit(2)
}
