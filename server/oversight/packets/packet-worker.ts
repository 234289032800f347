import type { MessagePort } from 'node:worker_threads'
import { makeCertificate } from '#server/certificates/certificates/certificate-file.ts'
import type { SigningKey } from '#server/certificates/credentials/keys.ts'
import { UndrawableText } from '#server/paper/typesetting.ts'
import type { PacketContent } from './packet-content.ts'
import { packetFiles } from './packet-files.ts'
import type { PacketFile } from './packet-tables.ts'

/** Runs in a thread. Arguments and results are copied, and errors lose their class, so one expected error is a value. */

export type CertificateTask = Parameters<typeof makeCertificate>

export type CertificateOutcome =
  | Readonly<{ kind: 'made'; sealed: Awaited<ReturnType<typeof makeCertificate>> }>
  | Readonly<{ kind: 'undrawable'; message: string }>

export async function certificate(task: CertificateTask): Promise<CertificateOutcome> {
  try {
    return { kind: 'made', sealed: await makeCertificate(...task) }
  } catch (error) {
    if (error instanceof UndrawableText) return { kind: 'undrawable', message: error.message }
    throw error
  }
}

export type PacketTask = Readonly<{
  content: PacketContent
  certificates: readonly PacketFile[]
  key: SigningKey
  /** Receives the number of people done, after every tenth. */
  progress: MessagePort
}>

export function packet({ content, certificates, key, progress }: PacketTask): ReturnType<typeof packetFiles> {
  return packetFiles(content, certificates, key, (people) => {
    if (people % 10 === 0) progress.postMessage(people)
  })
}
