import { parentPort } from 'node:worker_threads'
import { makeCertificate } from '#server/certificates/certificates/certificate-file.ts'
import type { SigningKey } from '#server/certificates/credentials/keys.ts'
import { UndrawableText } from '#server/paper/typesetting.ts'
import type { PacketContent } from './packet-content.ts'
import { packetFiles } from './packet-files.ts'
import type { PacketFile } from './packet-tables.ts'

/** What a thread is asked to do, one thing after another; what it is handed and gives back is copied. */
export type Order =
  | Readonly<{ kind: 'certificate'; asked: Parameters<typeof makeCertificate> }>
  | Readonly<{ kind: 'packet'; asked: [PacketContent, readonly PacketFile[], SigningKey] }>

export type Told =
  | Readonly<{ kind: 'progress'; people: number }>
  | Readonly<{ kind: 'done'; made: unknown }>
  /** `isUndrawable`: a text has a letter that no font draws, which its caller knows how to take. */
  | Readonly<{ kind: 'failed'; message: string; isUndrawable: boolean }>

const tell = (told: Told) => parentPort?.postMessage(told)

parentPort?.on('message', async (order: Order) => {
  try {
    tell({ kind: 'done', made: await work(order) })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    tell({ kind: 'failed', message, isUndrawable: error instanceof UndrawableText })
  }
})

function work(order: Order): Promise<unknown> {
  if (order.kind === 'certificate') return makeCertificate(...order.asked)
  return packetFiles(...order.asked, (people) => {
    if (people % 10 === 0) tell({ kind: 'progress', people })
  })
}
