import { Piscina } from 'piscina'
import { Busy } from './errors.ts'

/** Reads uploaded files in threads: what one of them makes of a file can neither block the service nor last. */
type FileThread<Task, Result> = (task: Task) => Promise<Result | 'too-much'>

/**
 * `worker` is a module whose default export does the work. Work that takes longer than `seconds`, or more memory than a
 * file may need, ends, and the file counts as too much.
 */
export function fileThread<Task, Result>(worker: URL, seconds: number): FileThread<Task, Result> {
  const pool = new Piscina({
    filename: worker.href,
    minThreads: 0,
    maxThreads: 2,
    maxQueue: 100,
    idleTimeout: 5_000,
    recordTiming: false,
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  })
  return async (task) => {
    if (pool.queueSize >= 100) throw new Busy()
    try {
      return await pool.run(task, { signal: AbortSignal.timeout(seconds * 1000) })
    } catch {
      return 'too-much'
    }
  }
}
