import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import pLimit from 'p-limit'
import type { makeCertificate } from '#server/certificates/certificates/certificate-file.ts'
import type { SigningKey } from '#server/certificates/credentials/keys.ts'
import { UndrawableText } from '#server/paper/typesetting.ts'
import type { PacketContent } from './packet-content.ts'
import type { PacketFiles } from './packet-files.ts'
import type { PacketFile } from './packet-tables.ts'
import type { Order, Told } from './packet-worker.ts'

/** Signing and drawing keep a processor busy for long; here they do so beside the service, which answers meanwhile. */
export type PacketThreads = Readonly<{
  /** How many work at once. */
  many: number
  makeCertificate: typeof makeCertificate
  packetFiles(
    content: PacketContent,
    certificates: readonly PacketFile[],
    key: SigningKey,
    told: (people: number) => void,
  ): Promise<PacketFiles>
  /** Ends them, whatever they are doing. */
  close(): Promise<void>
}>

const much = 10

/** A thread is started when there is something to do, and a second one where there is much: each takes a second to begin. */
export function packetThreads(): PacketThreads {
  const many = Math.min(2, availableParallelism())
  const limit = pLimit(1)
  let answered = 0
  const all = new Set<Worker>()
  const idle: Worker[] = []
  let isClosed = false

  const run = (order: Order, told: (people: number) => void = () => {}) =>
    limit(async () => {
      if (isClosed) throw new Error('The threads were closed.')
      const worker = idle.pop() ?? start()
      const answer = await ask(worker, order, told)
      idle.push(worker)
      if (++answered === much) limit.concurrency = many
      if (answer.kind === 'done') return answer.made
      throw answer.isUndrawable ? new UndrawableText(answer.message) : new Error(answer.message)
    })

  function start(): Worker {
    const worker = new Worker(new URL('./packet-worker.ts', import.meta.url))
    all.add(worker)
    worker.once('exit', () => all.delete(worker))
    return worker
  }

  return {
    many,
    makeCertificate: (...asked) => run({ kind: 'certificate', asked }) as ReturnType<typeof makeCertificate>,
    packetFiles: (content, certificates, key, told) =>
      run({ kind: 'packet', asked: [content, certificates, key] }, told) as Promise<PacketFiles>,
    async close() {
      isClosed = true
      await Promise.all([...all].map((worker) => worker.terminate()))
    },
  }
}

/** A thread that ends before it has answered, for want of memory or because it was closed, fails what it was asked. */
function ask(
  worker: Worker,
  order: Order,
  told: (people: number) => void,
): Promise<Exclude<Told, { kind: 'progress' }>> {
  return new Promise((resolve, reject) => {
    const hear = (answer: Told) => {
      if (answer.kind === 'progress') return told(answer.people)
      forget()
      resolve(answer)
    }
    const fail = (error: unknown) => {
      forget()
      reject(error instanceof Error ? error : new Error('The thread that made it ended.'))
    }
    const forget = () => worker.off('message', hear).off('error', fail).off('exit', fail)
    worker.on('message', hear).on('error', fail).on('exit', fail)
    worker.postMessage(order)
  })
}
