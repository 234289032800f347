import { setTimeout as after } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Database } from '#server/db/connection.ts'
import { deadlocks } from '#server/db/deadlock.ts'
import { checkLedger } from '#server/ledger/checking.ts'
import { asTheService } from '#test/support/db.ts'
import { placedEntries } from '#test/support/ledger.ts'
import { aStage, evidenceActions, type Stage } from './evidence-actions.ts'

/** How many of an action's pairs also run without being held: 200 rounds in all, or with LONG=1 every pair. */
const unheld = process.env.LONG ? Infinity : 6

const pairs = evidenceActions.map((first, index) => ({
  name: first.name,
  first,
  others: evidenceActions.slice(index),
}))

let stage: Stage | undefined
let uses = 0

/** Five actions in a row share a stage: building one takes as long as ten pairs. */
async function nextStage(): Promise<Stage> {
  if (!stage || uses++ % 5 === 0) stage = await aStage()
  return stage
}

test.each(pairs)(
  '$name, and any other action at the same time: no deadlock, nothing lost',
  async ({ first, others }) => {
    const stage = await nextStage()
    const { db } = stage.world
    const before = deadlocks()
    const service = await asTheService()
    for (const [index, second] of others.entries())
      for (const run of index < unheld ? [afterBothWait, atOnce] : [afterBothWait]) {
        const pair = `${first.name} and ${second.name}`
        const actions = [await first.prepare(stage, 0), await second.prepare(stage, 1)]
        const had = await countEntries(db)
        const results = await run(
          stage,
          actions.map((act) => () => act(service)),
        )
        const failures = results.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
        expect(failures, pair).toEqual([])
        const left = results.reduce((sum, one) => sum + (one.status === 'fulfilled' ? one.value : 0), 0)
        expect((await countEntries(db)) - had, pair).toBe(left)
      }
    expect(deadlocks()).toBe(before)
    expect(checkLedger(await placedEntries(db), null)).toBeNull()
  },
  240_000,
)

async function countEntries(db: Database): Promise<number> {
  const { rows } = await sql<{ entries: number }>`select count(*) as entries from ledger_entries`.execute(db)
  return rows[0]!.entries
}

type Act = () => Promise<number>

/** As two requests that arrive together. */
const atOnce = (_stage: Stage, acts: readonly Act[]) => Promise.allSettled(acts.map((act) => act()))

/**
 * Holds the learner's stored standing and the certificate counter until each action waits for one of them or has ended. If
 * one action takes the counter before the standing, and the other the standing before the counter, they then deadlock.
 */
async function afterBothWait({ world, theo }: Stage, acts: readonly Act[]) {
  const { all } = await world.db.transaction().execute(async (holder) => {
    await sql`select from standing_passes where person_id = ${theo.id} for update`.execute(holder)
    await sql`select from certificate_counter for update`.execute(holder)
    let ended = 0
    const running = acts.map((act) =>
      act().finally(() => {
        ended += 1
      }),
    )
    const all = Promise.allSettled(running)
    for (;;) {
      const { rows } = await sql<{ waiting: number }>`
        select count(*) as waiting from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(world.db)
      if (rows[0]!.waiting + ended >= acts.length) return { all }
      // Asking without a pause would take the processor from the actions.
      await after(2)
    }
  })
  return all
}
