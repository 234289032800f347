import type { OpenDatabase } from './db/open.ts'
import type { Workers } from './jobs/workers.ts'
import type { Sequencer } from './ledger/sequencer.actions.ts'
import type { App } from './web/routes.ts'
import { pleaseStop } from './web-processes.ts'

/** What this process holds open; filled in as the start goes on. */
export type Running = {
  app?: App
  workers?: Workers
  sequencer?: Sequencer
  database?: OpenDatabase
  replica?: Readonly<{ close: () => Promise<void> }> | undefined
  tracing?: Readonly<{ close: () => Promise<void> }> | undefined
  isStopping?: boolean
}

type Stop = (code: number) => Promise<void>

/**
 * Returns what stops the process, and has SIGTERM and Ctrl-C call it. Whatever is open, the process has ended when the
 * time is up; a second signal ends it at once. The embedded database ends with the process and recovers if it was cut off.
 */
export function stopInOrder(running: Running, seconds: number): Stop {
  const stop: Stop = async (code) => {
    if (running.isStopping) return
    running.isStopping = true
    setTimeout(() => process.exit(code), seconds * 950)
    await Promise.race([endWork(running, seconds), elapsed(seconds * 600)])
    await Promise.all([running.replica?.close(), running.database?.close(), running.tracing?.close()])
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (running.isStopping) process.exit(1)
      // Nothing is served yet, and nothing is half written: the database rolls back what was not committed.
      if (!running.app && !running.workers) process.exit(0)
      stop(0)
    })
  // From the process that started several of this kind.
  process.on('message', (message) => {
    if (message === pleaseStop) stop(0)
  })
  return stop
}

/**
 * New requests are refused; running ones and jobs have half the time to end. Then they are cut off: a browser asks again,
 * and a job runs again.
 */
async function endWork({ app, workers, sequencer }: Running, seconds: number): Promise<void> {
  const half = seconds * 500
  const cutOff = setTimeout(() => app?.server.closeAllConnections(), half)
  await Promise.all([app?.close(), workers?.stop(half)])
  await sequencer?.stop()
  clearTimeout(cutOff)
}

const elapsed = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
