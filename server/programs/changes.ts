import type { Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'

/**
 * What follows a change of people's facts, in the same transaction: their stored standings are computed anew. Handed in
 * by the app, since the rules of time stand to the right of whoever changes a fact.
 */
export type AfterChange = (trx: Transaction<DB>, personIds: readonly string[], now: Date) => Promise<void>
