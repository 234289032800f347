import type { Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'

/**
 * Runs in the transaction that changes people's facts: recalculates their stored standings. The app passes it in, because
 * `standings` is a higher room than `programs` and can't be imported from here.
 */
export type AfterChange = (trx: Transaction<DB>, personIds: readonly string[], now: Date) => Promise<void>
