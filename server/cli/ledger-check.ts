/**
 * `npm run ledger:check [-- --head file]`: reads the whole ledger and reports the first row that was altered. A
 * head kept outside the database also detects a ledger that was rewritten completely or cut off at the end. Then it
 * compares every certificate in the register with the ledger row of its issue.
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { checkWholeRegister } from '#server/certificates/certificates/register-check.actions.ts'
import { KeyFileError, readKeyFile, readPublishedKeys } from '#server/certificates/credentials/key-file.ts'
import { type PublishedKeys, publishedKeys } from '#server/certificates/credentials/keys.ts'
import { openHead } from '#server/certificates/credentials/ledger-head.ts'
import { hashesBeside, keptHashes } from '#server/certificates/credentials/ledger-heads.actions.ts'
import { openBesideServer } from '#server/db/open.ts'
import type { Head } from '#server/ledger/heads.ts'
import { atOneInstant, countWaiting } from '#server/ledger/queries.ts'
import { checkWholeLedger, type KeptHashes } from '#server/ledger/whole-check.actions.ts'
import { settings } from '#server/settings.ts'

const usage = `Usage:
  npm run ledger:check
  npm run ledger:check -- --head 2027-03-31.txt                   given a head that was kept outside
  npm run ledger:check -- --head FILE --hashes FILE --keys FILE   with the hashes and keys kept beside it
Without --hashes, hashes.txt in the head's folder is used. Without --keys, this installation's own keys are used.`

const options = readArguments()
const config = settings()
const kept = options.head === undefined ? null : await openKept(options.head)
const database = await openBesideServer(config)
try {
  const { ledger, waiting, register } = await atOneInstant(database.db, async (trx) => ({
    ledger: await checkWholeLedger(trx, kept?.head ?? null, kept?.hashes ?? null),
    waiting: await countWaiting(trx),
    register: await checkWholeRegister(trx),
  }))
  const finding = ledger.finding ?? register.finding
  if (finding) {
    console.log(`Row ${finding.row}: ${finding.what}`)
    process.exitCode = 1
  } else {
    const covered = kept ? `; the head of ${kept.head.at} covers ${kept.head.size} of them` : ''
    console.log(
      `${ledger.size} rows, none altered${covered}; ${register.certificates} certificates, none altered.`,
    )
    if (waiting > 0)
      console.log(`${waiting} entries have no place yet. The service gives them one when it runs.`)
    if (!kept)
      console.log(
        'Use --head with a head stored outside the database to detect missing last rows or a rewritten ledger.',
      )
  }
} finally {
  await database.close()
}

async function openKept(file: string): Promise<Readonly<{ head: Head; hashes: KeptHashes | null }>> {
  const opened = await openHead(await textOf(file), await openKeys())
  if (opened.kind === 'refused') return end(`${file}: ${opened.why}`)
  return { head: opened.head, hashes: await keptHashes(options.hashes ?? hashesBeside(file)) }
}

async function openKeys(): Promise<PublishedKeys> {
  try {
    return options.keys === undefined
      ? publishedKeys(await readKeyFile(config.keysFile))
      : await readPublishedKeys(options.keys)
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error
    return end(`${error.message}\n${usage}`)
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    return end(`${file} could not be read (${(error as NodeJS.ErrnoException).code}).\n${usage}`)
  }
}

function readArguments() {
  try {
    const text = { type: 'string' } as const
    return parseArgs({ options: { head: text, hashes: text, keys: text } }).values
  } catch (error) {
    return end(`${(error as Error).message}\n${usage}`)
  }
}

function end(message: string): never {
  console.error(message)
  process.exit(2)
}
