import type { Database } from '#server/db/connection.ts'
import { KeyFileError, readKeysIfThere } from './key-file.ts'
import { missingKeys } from './missing-keys.ts'
import { listSigners } from './signers.queries.ts'

/**
 * Refuses to start without the keys that signed what the database holds. A new key would be made in silence, and genuine
 * certificates would then verify as signed by an unknown key. Throws a KeyFileError that says what to do.
 */
export async function checkKeys(db: Database, file: string, lost: readonly string[]): Promise<void> {
  const keys = await readKeysIfThere(file)
  const missing = missingKeys(await listSigners(db), keys ?? null, lost)
  if (missing.length === 0) return
  throw new KeyFileError(
    `The database holds credentials signed by keys that are not in ${file}:\n${missing.map((id) => `  ${id}\n`).join('')}Put the key file back, from a backup (npm run restore) or from another server, or set KEYS_FILE to where it is. If a key is lost for good, see "Lost keys" in docs/operations.md.`,
  )
}
