/** `npm run restore -- FILE`: fills an empty installation from a backup, as an act with a reason and two names. */
import { parseArgs } from 'node:util'
import { acceptanceProblem, acceptRestore, restoreKeys } from '#server/backup/accepting.actions.ts'
import { BackupError } from '#server/backup/backup-file.ts'
import { restoreBackup } from '#server/backup/restore.actions.ts'
import { connect } from '#server/db/connection.ts'
import { openUnmigrated } from '#server/db/open.ts'
import { settings } from '#server/settings.ts'

const usage = `Use it like this:
  npm run restore -- FILE --reason "Why you go on from this backup" --by "Name" --confirmed-by "Second name"
It fills an empty DATABASE_URL, or an empty DATA_DIR. What was recorded after the backup is not in it.`

const { file, acceptance } = readArguments()
const config = settings()
const database = await openUnmigrated(config).catch((error) => end(String(error.message)))
try {
  const restored = await restoreBackup(file, database.url)
  const { db } = connect(database.url, 2)
  const { setAside } = await acceptRestore(db, restored, acceptance, config.dataDir, new Date())
  await db.destroy()
  console.log(
    `Restored as of ${restored.about.made_at}; the ledger goes on after row ${restored.manifest.ledger.size}.`,
  )
  if (setAside) console.log(`The heads that were kept here before are in ${setAside}. Keep them.`)
  console.log(await restoreKeys(restored, config.keysFile, config.backupPassphrase))
} catch (error) {
  if (!(error instanceof BackupError)) throw error
  console.error(error.message)
  process.exitCode = 1
} finally {
  await database.close()
}

function readArguments() {
  try {
    const text = { type: 'string' } as const
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { reason: text, by: text, 'confirmed-by': text },
    })
    const given = {
      reason: values.reason ?? '',
      by: values.by ?? '',
      confirmed_by: values['confirmed-by'] ?? '',
    }
    const problem = positionals.length === 1 ? acceptanceProblem(given) : 'Name one backup file.'
    if (problem) end(`${problem}\n${usage}`)
    return { file: positionals[0]!, acceptance: given }
  } catch (error) {
    return end(`${(error as Error).message}\n${usage}`)
  }
}

function end(message: string): never {
  console.error(message)
  process.exit(2)
}
