import { setTimeout as after } from 'node:timers/promises'
import type { Database } from '#server/db/connection.ts'
import { placeEntries, placeSome } from './placing.actions.ts'

export type Sequencer = Readonly<{
  /** Places what is committed by now, and ends. */
  stop: () => Promise<void>
}>

type Told = Readonly<{
  /** Placing failed, and goes on being tried: told once, until it works again. */
  failed: (error: unknown) => void
  /** How long entries waited for their place, in seconds. */
  waited?: (seconds: readonly number[]) => void
}>

/** Entries that arrive in this time share a transaction. */
const gatherMilliseconds = 20
/** How often it looks for entries of processes that ended before they woke anyone. */
const lookMilliseconds = 250

const wakers = new WeakMap<Database, () => void>()

/** Called after a commit that has entries. */
export const wakeSequencer = (db: Database): void => wakers.get(db)?.()

/**
 * Places entries soon after their commit, as long as this process runs. Each process of the service does it; they take turns,
 * so any of them can end at any time.
 */
export function startSequencer(db: Database, told: Told): Sequencer {
  let isStopping = false
  let isWanted = false
  let rest = new AbortController()
  const wake = () => {
    isWanted = true
    rest.abort()
  }
  const pause = async () => {
    rest = new AbortController()
    if (!isWanted) await after(lookMilliseconds, undefined, { signal: rest.signal }).catch(() => {})
    if (isWanted && !isStopping) await after(gatherMilliseconds)
    isWanted = false
  }
  const run = async () => {
    let hasFailed = false
    while (!isStopping) {
      await pause()
      try {
        const { placed, waited } = await placeSome(db)
        hasFailed = false
        if (placed > 0) told.waited?.(waited)
        // There may be more than fit in one transaction.
        if (placed > 0) isWanted = true
      } catch (error) {
        if (!hasFailed) told.failed(error)
        hasFailed = true
      }
    }
    await placeEntries(db).catch(told.failed)
  }
  wakers.set(db, wake)
  const ended = run()
  return {
    stop: () => {
      isStopping = true
      wakers.delete(db)
      rest.abort()
      return ended
    },
  }
}
