import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import type { makeCertificate } from '#server/certificates/certificates/certificate-file.ts'
import type { SigningKey } from '#server/certificates/credentials/keys.ts'
import { UndrawableText } from '#server/paper/typesetting.ts'
import type { PacketContent } from './packet-content.ts'
import type { PacketFiles } from './packet-files.ts'
import type { PacketFile } from './packet-tables.ts'
import type { CertificateOutcome, CertificateTask, PacketTask } from './packet-worker.ts'

/** Worker threads for signing and drawing, which would block the service for a long time. */
export type PacketThreads = Readonly<{
  /** The number of threads. */
  many: number
  makeCertificate: typeof makeCertificate
  packetFiles(
    content: PacketContent,
    certificates: readonly PacketFile[],
    key: SigningKey,
    onProgress: (people: number) => void,
  ): Promise<PacketFiles>
  /** Ends all threads, even in the middle of a task. */
  close(): Promise<void>
}>

export function packetThreads(): PacketThreads {
  const many = Math.min(2, availableParallelism())
  const pool = new Piscina({
    filename: new URL('./packet-worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: many,
    idleTimeout: 5_000,
    recordTiming: false,
  })
  return {
    many,
    async makeCertificate(...task: CertificateTask) {
      const outcome: CertificateOutcome = await pool.run(task, { name: 'certificate' })
      if (outcome.kind === 'undrawable') throw new UndrawableText(outcome.message)
      return outcome.sealed
    },
    async packetFiles(content, certificates, key, onProgress) {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = ({ data }) => onProgress(data)
      const task: PacketTask = { content, certificates, key, progress: port2 as never }
      try {
        return await pool.run(task, { name: 'packet', transferList: [port2 as never] })
      } finally {
        port1.close()
      }
    },
    close: () => pool.destroy(),
  }
}
