/** `npm run backup`: writes one file with everything, while the service runs; with `--verify FILE` it tries one out. */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { writeBackup } from '#server/backup/backup.actions.ts'
import { BackupError, backupName } from '#server/backup/backup-file.ts'
import { verifyBackup } from '#server/backup/verify.actions.ts'
import { readPublishedKeys } from '#server/certificates/credentials/key-file.ts'
import { openBesideServer } from '#server/db/open.ts'
import { settings } from '#server/settings.ts'

const usage = `Use it like this:
  npm run backup                                     writes a backup into BACKUP_DIR, or here
  npm run backup -- --to FILE
  npm run backup -- --verify FILE [--keys keys.json] restores it into a scratch database and checks everything in it`

try {
  const { verify, keys, to } = readArguments()
  if (verify === undefined) await write(to)
  else await tryOut(verify, keys)
} catch (error) {
  if (!(error instanceof BackupError)) throw error
  end(error.message)
}

async function write(to: string | undefined): Promise<void> {
  const config = settings()
  const now = new Date()
  const file = path.resolve(to ?? path.join(config.backupDir ?? '.', backupName(now)))
  const database = await openBesideServer(config)
  try {
    const manifest = await writeBackup(database.url, config, file, now)
    const rows = Object.values(manifest.tables).reduce((total, table) => total + table.rows, 0)
    console.log(`${file}\n${rows} rows; the ledger has ${manifest.ledger.size}.`)
    console.log(
      manifest.has_keys
        ? 'The signing keys are in it, sealed with BACKUP_PASSPHRASE. Keep the passphrase somewhere else.'
        : 'The signing keys are NOT in it. Set BACKUP_PASSPHRASE to seal them in, or copy the key file apart.',
    )
  } finally {
    await database.close()
  }
}

async function tryOut(file: string, keysFile: string | undefined): Promise<void> {
  const keys = keysFile === undefined ? null : await readPublishedKeys(keysFile)
  const { restored, rows, certificates, problems } = await verifyBackup(file, keys)
  for (const problem of problems) console.log(problem)
  if (problems.length > 0) {
    process.exitCode = 1
    return
  }
  console.log(
    `The backup of ${restored.about.made_at} can be restored: ${rows} rows in ${restored.about.tables.length} tables, a ledger of ${restored.manifest.ledger.size} rows, and ${certificates} certificates with genuine signatures.`,
  )
  if (keys === null)
    console.log('Signatures were checked with the keys in the backup. Give your own with --keys keys.json.')
}

function readArguments() {
  try {
    const text = { type: 'string' } as const
    return parseArgs({ options: { to: text, verify: text, keys: text } }).values
  } catch (error) {
    return end(`${(error as Error).message}\n${usage}`)
  }
}

function end(message: string): never {
  console.error(message)
  process.exit(2)
}
