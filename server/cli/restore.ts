/** `npm run restore -- FILE`: fills an empty installation from a backup, as an act with a reason and two names. */
import { parseArgs } from 'node:util'
import {
  acceptanceProblem,
  acceptRestore,
  restoredInPlace,
  restoreKeys,
} from '#server/backup/accepting.actions.ts'
import { BackupError } from '#server/backup/backup-file.ts'
import { restoreBackup } from '#server/backup/restore.actions.ts'
import { connect } from '#server/db/connection.ts'
import { openUnmigrated } from '#server/db/open.ts'
import { settings } from '#server/settings.ts'

const usage = `Use it like this:
  npm run restore -- FILE --reason "Why you go on from this backup" --by "Name" --confirmed-by "Second name"
It fills an empty DATABASE_URL, or an empty DATA_DIR. What was recorded after the backup is not in it.
  npm run restore -- --in-place --reason … --by … --confirmed-by …
It goes on from a database that other tools brought back, such as pgBackRest.`

const { file, acceptance } = readArguments()
const config = settings()
const database = await openUnmigrated(config).catch((error) => end(String(error.message)))
try {
  const backup = file === null ? null : await restoreBackup(file, database.url)
  const { db } = connect(database.url, 2)
  const restored = backup ?? (await restoredInPlace(db, config.dataDir))
  const { setAside } = await acceptRestore(db, restored, acceptance, config.dataDir, new Date())
  await db.destroy()
  console.log(
    `Restored as of ${restored.about.made_at}; the ledger goes on after row ${restored.manifest.ledger.size}.`,
  )
  if (setAside) console.log(`The heads that were kept here before are in ${setAside}. Keep them.`)
  if (backup) console.log(await restoreKeys(backup, config.keysFile, config.backupPassphrase))
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
      options: { reason: text, by: text, 'confirmed-by': text, 'in-place': { type: 'boolean' } },
    })
    const given = {
      reason: values.reason ?? '',
      by: values.by ?? '',
      confirmed_by: values['confirmed-by'] ?? '',
    }
    const isInPlace = values['in-place'] ?? false
    const isNamed = positionals.length === (isInPlace ? 0 : 1)
    const problem = isNamed ? acceptanceProblem(given) : 'Name one backup file, or --in-place.'
    if (problem) end(`${problem}\n${usage}`)
    return { file: positionals[0] ?? null, acceptance: given }
  } catch (error) {
    return end(`${(error as Error).message}\n${usage}`)
  }
}

function end(message: string): never {
  console.error(message)
  process.exit(2)
}
