import { rename, writeFile } from 'node:fs/promises'
import {
  hashesBeside,
  headsFolder,
  readHashes,
} from '#server/certificates/credentials/ledger-heads.actions.ts'
import type { Database } from '#server/db/connection.ts'
import { schemaState } from '#server/db/migrate.ts'
import { recordEvidence } from '#server/ledger/actions.ts'
import { checkLedger } from '#server/ledger/checking.ts'
import { merkleRoot } from '#server/ledger/merkle.ts'
import { placeEntries } from '#server/ledger/placing.actions.ts'
import { listEntries } from '#server/ledger/queries.ts'
import { BackupError, type LedgerSum } from './backup-file.ts'
import { type Restored, writeLedgerHeads } from './restore.actions.ts'
import { openSealedKeys } from './sealed-keys.ts'

/** Who goes on from a backup, and why. Two people, because what came after it is gone. */
type Acceptance = Readonly<{ reason: string; by: string; confirmed_by: string }>

export function acceptanceProblem({ reason, by, confirmed_by }: Acceptance): string | null {
  if (reason.trim().length < 10) return 'Say why with --reason "…", in a sentence.'
  if (!by.trim() || !confirmed_by.trim()) return 'Name both people: --by "…" --confirmed-by "…".'
  if (by.trim().toLowerCase() === confirmed_by.trim().toLowerCase())
    return 'Two different people accept a restore: --by and --confirmed-by.'
  return null
}

/** A ledger as it was restored, and the heads that came with it. */
type RestoredLedger = Readonly<{
  about: Pick<Restored['about'], 'made_at'>
  manifest: Readonly<{ ledger: Pick<LedgerSum, 'size' | 'root'> }>
  ledgerHeads: Restored['ledgerHeads']
}>

/**
 * The same of a database that other tools brought back, such as pgBackRest. Refuses one whose ledger isn't whole, and one
 * that has all that was known here: then there is nothing to accept.
 */
export async function restoredInPlace(db: Database, dataDir: string): Promise<RestoredLedger> {
  if ((await schemaState(db)) !== 'current')
    throw new BackupError('The database is not up to date. Run npm run migrate first.')
  const rows = await listEntries(db)
  const finding = checkLedger(rows, null)
  if (finding) throw new BackupError(`The restored ledger is not whole. Row ${finding.row}: ${finding.what}`)
  const hashes = rows.map(({ hash }) => hash)
  const known = await readHashes(hashesBeside(`${headsFolder(dataDir)}/x`))
  if (known.every((hash, index) => hash === hashes[index]))
    throw new BackupError(
      'The database has every ledger row that was known in DATA_DIR. There is nothing to accept.',
    )
  return {
    about: { made_at: rows.at(-1)?.at ?? 'before its first row' },
    manifest: { ledger: { size: rows.length, root: merkleRoot(hashes) } },
    ledgerHeads: new Map(),
  }
}

/**
 * Goes on from a restored ledger. The restore is a row of the ledger itself, and says how many rows were known here before
 * it. Heads that were kept here are set aside, unchanged, and new ones go on from the restored row.
 */
export async function acceptRestore(
  db: Database,
  restored: RestoredLedger,
  acceptance: Acceptance,
  dataDir: string,
  now: Date,
): Promise<Readonly<{ setAside: string | null }>> {
  const folder = headsFolder(dataDir)
  const known = await readHashes(hashesBeside(`${folder}/x`))
  const setAside = `${folder}-before-${now.toISOString().slice(0, 19).replaceAll(':', '')}Z`
  const { size, root } = restored.manifest.ledger
  await placeEntries(db)
  await recordEvidence(db, {
    kind: 'database-restored',
    actor_id: null,
    subject: 'ledger',
    facts: {
      ...acceptance,
      backup_made_at: restored.about.made_at,
      rows_restored: size,
      root,
      rows_known_before: known.length === 0 ? null : known.length,
    },
    at: now,
  })
  await placeEntries(db)
  const isSetAside = await rename(folder, setAside).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
  await writeLedgerHeads(folder, restored.ledgerHeads)
  return { setAside: isSetAside ? setAside : null }
}

/** Puts the signing keys back where there are none; says in words what it did. */
export async function restoreKeys(
  { sealedKeys }: Restored,
  keysFile: string,
  passphrase: string | undefined,
): Promise<string> {
  if (sealedKeys === null) return 'The backup holds no signing keys. Put the key file back before you start.'
  if (!passphrase)
    throw new BackupError('The backup holds the signing keys. Set BACKUP_PASSPHRASE to open them.')
  const text = openSealedKeys(sealedKeys, passphrase)
  try {
    await writeFile(keysFile, `${text}\n`, { flag: 'wx', mode: 0o600 })
    return `The signing keys are in ${keysFile}.`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return `${keysFile} was there already, and was kept.`
  }
}
