import { openSigningKey } from '#server/certificates/credentials/key-file.ts'
import { findReviewById } from '#server/oversight/reviews/review.queries.ts'
import { failPacket, keepPacket } from './packet.actions.ts'
import { findPacketById, type PacketProgress, savePacketProgress } from './packet.queries.ts'
import { certificateFiles, contentOf, type PacketNeeds } from './packet-gathering.actions.ts'
import { packetThreads } from './packet-threads.ts'

/** One attempt of the job; `signal` ends it early, and another one follows unless this is the last. */
type Attempt = Readonly<{ signal: AbortSignal; isLastTry: boolean }>

/**
 * Makes a packet. One that was cut off is made again from the record, with the certificates that were already drawn; a
 * packet that is finished stays as it is.
 */
export async function makePacket(
  needs: PacketNeeds,
  id: string,
  { signal, isLastTry }: Attempt,
): Promise<void> {
  const { db, keysFile, baseUrl, clock } = needs
  const packet = await findPacketById(db, id)
  const review = packet && (await findReviewById(db, packet.review_id))
  if (packet?.state !== 'making' || !review) return
  let progress: PacketProgress = { stage: 'waiting', people_done: 0, people_total: 0 }
  const tell = (more: Partial<PacketProgress>) => {
    progress = { ...progress, ...more }
  }
  const saving = setInterval(() => savePacketProgress(db, id, progress).catch(() => {}), 1000)
  const threads = packetThreads()
  const stop = () => threads.close()
  signal.addEventListener('abort', stop)
  try {
    const { content, certificates } = await contentOf(needs, packet, review, async (personIds, found) => {
      tell({ stage: 'certificates', people_total: personIds.length })
      return certificateFiles(needs, threads, personIds, found, (people_done) => tell({ people_done }))
    })
    tell({ stage: 'pages', people_done: 0 })
    const key = await openSigningKey(keysFile, baseUrl, clock())
    const files = await threads.packetFiles(content, certificates, key, (people_done) =>
      tell({ people_done }),
    )
    await keepPacket(db, packet, review, content, files)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    if (isLastTry && !signal.aborted) await failPacket(db, packet, review, problem)
    throw error
  } finally {
    clearInterval(saving)
    signal.removeEventListener('abort', stop)
    await threads.close()
  }
}
