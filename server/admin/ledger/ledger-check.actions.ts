import { saveSetting } from '#server/admin/setup/settings.actions.ts'
import type { LedgerCheck } from '#server/admin/setup/settings.queries.ts'
import { checkWholeRegister } from '#server/certificates/certificates/register-check.actions.ts'
import { checkAgainstKept } from '#server/certificates/credentials/ledger-heads.actions.ts'
import type { Database } from '#server/db/connection.ts'
import { recordCheck } from '#server/ledger/checks.ts'
import { placeEntries } from '#server/ledger/placing.actions.ts'
import type { Viewer } from '#server/people/roles.ts'

/** Checks every entry of the ledger and every certificate against it, and keeps what was found. */
export async function checkLedgerNow(
  db: Database,
  { viewer, now, dataDir }: Readonly<{ viewer: Viewer; now: Date; dataDir: string }>,
): Promise<LedgerCheck> {
  await placeEntries(db)
  const { size, finding: found } = await checkAgainstKept(db, dataDir, checkWholeRegister)
  await recordCheck(db, size, found, now)
  const check = {
    at: now.toISOString(),
    rows: size,
    finding: found ? `Entry ${found.row}: ${found.what}` : null,
  }
  await db.transaction().execute((trx) => saveSetting(trx, 'ledger-check', check, { id: viewer.id, at: now }))
  return check
}
