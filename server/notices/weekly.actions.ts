import type { Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { type Day, mondayOf } from '#server/lib/days.ts'
import type { NoticeKind } from './kinds.ts'

/**
 * True for the first transaction of a week that asks: on Monday, or later if nothing ran on Monday. A transaction that
 * is rolled back leaves the week to the next one.
 */
export async function claimWeek(trx: Transaction<DB>, kind: NoticeKind, today: Day): Promise<boolean> {
  const claimed = await trx
    .insertInto('weekly_messages')
    .values({ kind, week_on: mondayOf(today) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('week_on')
    .executeTakeFirst()
  return claimed !== undefined
}
