import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Finding } from '#server/ledger/checking.ts'
import type { Recorded } from '#server/ledger/queries.ts'
import { listRegister } from './queries.ts'
import { checkRegister } from './register-check.ts'

/** Reads the certificate register, and returns what compares it with the ledger's entries of the same instant. */
export async function readRegister(
  db: Kysely<DB>,
): Promise<Readonly<{ certificates: number; check: (entries: readonly Recorded[]) => Finding | null }>> {
  const register = await listRegister(db)
  return { certificates: register.length, check: (entries) => checkRegister(entries, register) }
}
