import type { Database } from '#server/db/connection.ts'
import { findSetting, type Installation } from './settings.queries.ts'

/** The installation's name and contact as every page shows them. */
export type CurrentInstallation = Readonly<{
  /** As last read; null before set-up. */
  now: () => Installation | null
  /** Reads it again if it was read a while ago: another server may have changed it. */
  refresh: () => Promise<void>
  /** Reads it again now, after a change. */
  changed: () => Promise<void>
}>

const millisecondsKept = 10_000

export function currentInstallation(db: Database): CurrentInstallation {
  let installation: Installation | null = null
  let readAt = Number.NEGATIVE_INFINITY
  const changed = async () => {
    installation = await findSetting(db, 'installation')
    readAt = performance.now()
  }
  return {
    now: () => installation,
    refresh: async () => {
      // Health checks and error pages answer while the database is away, with what was read before.
      if (performance.now() - readAt > millisecondsKept) await changed().catch(() => {})
    },
    changed,
  }
}
