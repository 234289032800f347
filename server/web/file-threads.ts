import { availableParallelism } from 'node:os'
import pLimit from 'p-limit'
import { Piscina } from 'piscina'
import { Busy } from './errors.ts'

/** Reads uploaded files in threads: what one of them makes of a file can neither block the service nor last. */
type FileThread<Task, Result> = (task: Task) => Promise<Result | 'too-much'>

/** For all kinds of files together: one processor stays for pages. */
const threads = Math.max(1, availableParallelism() - 1)
const queue = pLimit(threads)
const mostWaiting = 100
const mostSecondsWaiting = 30

/**
 * `worker` is a module whose default export does the work. Work that takes longer than `seconds`, or more memory than a
 * file may need, ends, and the file counts as too much; what waits too long for its turn is asked to come again.
 */
export function fileThread<Task, Result>(worker: URL, seconds: number): FileThread<Task, Result> {
  const pool = new Piscina({
    filename: worker.href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 5_000,
    recordTiming: false,
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  })
  return async (task) => {
    if (queue.pendingCount >= mostWaiting) throw new Busy()
    const cameAt = performance.now()
    return queue(async () => {
      if (performance.now() - cameAt > mostSecondsWaiting * 1000) throw new Busy()
      try {
        return await pool.run(task, { signal: AbortSignal.timeout(seconds * 1000) })
      } catch {
        return 'too-much'
      }
    })
  }
}
