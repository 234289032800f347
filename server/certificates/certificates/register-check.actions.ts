import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Finding } from '#server/ledger/checking.ts'
import { countEntries, listRecorded } from '#server/ledger/queries.ts'
import { findUnregistered, listRegister } from './queries.ts'
import { checkRegister, missingFromRegister, registerKinds } from './register-check.ts'

/** Compares the certificate register with the ledger's entries of the same instant, some certificates at a time. */
export async function checkWholeRegister(
  db: Kysely<DB>,
): Promise<Readonly<{ certificates: number; finding: Finding | null }>> {
  const entries = await countEntries(db)
  const unregistered = await findUnregistered(db, registerKinds)
  const findings = unregistered ? [missingFromRegister(unregistered)] : []
  let certificates = 0
  for (let after: string | null = null; ; ) {
    const some = await listRegister(db, { after, many: certificatesAtOnce })
    const last = some.at(-1)
    if (!last) break
    const subjects = some.map(({ number }) => `certificate:${number}`)
    const found = checkRegister(await listRecorded(db, registerKinds, subjects), some, entries)
    if (found) findings.push(found)
    certificates += some.length
    after = last.number
  }
  const [finding = null] = findings.sort((a, b) => a.row - b.row)
  return { certificates, finding }
}

const certificatesAtOnce = 500
