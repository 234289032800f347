import { saveSetting } from '#server/admin/setup/settings.actions.ts'
import type { LedgerCheck } from '#server/admin/setup/settings.queries.ts'
import { listRegister } from '#server/certificates/certificates/queries.ts'
import { checkRegister } from '#server/certificates/certificates/register-check.ts'
import { checkAgainstKept } from '#server/certificates/credentials/ledger-heads.actions.ts'
import type { Database } from '#server/db/connection.ts'
import { recordCheck } from '#server/ledger/checks.ts'
import type { Viewer } from '#server/people/roles.ts'

/** Checks every entry of the ledger and every certificate against it, and keeps what was found. */
export async function checkLedgerNow(
  db: Database,
  { viewer, now, dataDir }: Readonly<{ viewer: Viewer; now: Date; dataDir: string }>,
): Promise<LedgerCheck> {
  const { rows, finding } = await checkAgainstKept(db, dataDir)
  const found = finding ?? checkRegister(rows, await listRegister(db))
  await recordCheck(db, rows.length, found, now)
  const check = {
    at: now.toISOString(),
    rows: rows.length,
    finding: found ? `Entry ${found.row}: ${found.what}` : null,
  }
  await db.transaction().execute((trx) => saveSetting(trx, 'ledger-check', check, { id: viewer.id, at: now }))
  return check
}
