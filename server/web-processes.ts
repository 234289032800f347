import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'

/** What the other web processes are started with: they run no jobs and print no welcome. */
export const besideAnother = '--beside-another'

/** What asks a web process to stop. It is no signal, because in a terminal each of them gets the first signal too. */
export const pleaseStop = 'stop'

/**
 * Starts web processes that share one address; the first also runs the jobs. One that dies is replaced. If the first can't
 * start, or when this process is asked to stop, all of them end.
 */
export async function startWebProcesses(many: number): Promise<void> {
  let isServing = false
  let isStopping = false
  const running = () => Object.values(cluster.workers ?? {}).filter((one) => one !== undefined)

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (isStopping) for (const worker of running()) worker.process.kill('SIGKILL')
      isStopping = true
      for (const worker of running()) worker.send(pleaseStop)
      if (running().length === 0) process.exit(0)
    })

  function start(isFirst: boolean): Worker {
    cluster.setupPrimary({ args: isFirst ? [] : [besideAnother] })
    const worker = cluster.fork()
    worker.once('exit', (code, signal) => {
      if (isStopping) return running().length === 0 && process.exit(0)
      // It has said why.
      if (!isServing) process.exit(code || 1)
      console.error(`A web process ended (${signal ?? code}). Another one takes its place.`)
      return setTimeout(() => !isStopping && start(isFirst), 1000)
    })
    return worker
  }

  // One after another: the first one updates the schema.
  await once(start(true), 'listening')
  isServing = true
  for (let n = 1; n < many && !isStopping; n++) start(false)
}
