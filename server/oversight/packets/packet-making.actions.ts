import { openSigningKey } from '#server/certificates/credentials/key-file.ts'
import { findReviewById } from '#server/oversight/reviews/review.queries.ts'
import { keepPacket } from './packet.actions.ts'
import {
  claimPacket,
  failPacket,
  findPacketById,
  type PacketProgress,
  savePacketProgress,
} from './packet.queries.ts'
import { certificateFiles, contentOf, type PacketNeeds } from './packet-gathering.actions.ts'
import { type PacketThreads, packetThreads } from './packet-threads.ts'

/** The process that makes a packet updates its heartbeat every second. After this long without one, another resumes. */
const staleSeconds = 10

/**
 * Makes packets one after another. Resumes those interrupted by a crash or shutdown: certificates already drawn are kept,
 * and the rest of the packet is made again from the record.
 */
export function packetMaker(needs: PacketNeeds) {
  let isStopping = false
  let working: Promise<void> | null = null
  let threads: PacketThreads | null = null

  async function work(): Promise<void> {
    const own = packetThreads()
    threads = own
    try {
      while (!isStopping) {
        // The machine's clock, not the service's: the heartbeat says whether a process is working now.
        const id = await claimPacket(needs.db, new Date(), staleSeconds)
        if (!id) return
        await makePacket(needs, own, id, () => isStopping)
      }
    } finally {
      await own.close()
    }
  }

  return {
    /** Starts working, unless it already is. */
    wake(): void {
      if (isStopping) return
      working ??= work()
        .catch(() => {})
        .finally(() => {
          working = null
        })
    },
    /** Resolves when nothing is left to do. */
    async settled(): Promise<void> {
      while (working) await working
    },
    /** Releases the current packet, so that the next process can resume it at once. */
    async stop(): Promise<void> {
      isStopping = true
      await threads?.close()
      await working
    },
  }
}

async function makePacket(
  needs: PacketNeeds,
  threads: PacketThreads,
  id: string,
  isStopping: () => boolean,
): Promise<void> {
  const { db, keysFile, baseUrl, clock } = needs
  let progress: PacketProgress = { stage: 'waiting', people_done: 0, people_total: 0 }
  const tell = (more: Partial<PacketProgress>) => {
    progress = { ...progress, ...more }
  }
  const beat = setInterval(() => savePacketProgress(db, id, progress, new Date()).catch(() => {}), 1000)
  try {
    const packet = await findPacketById(db, id)
    const review = packet && (await findReviewById(db, packet.review_id))
    if (!packet || !review) return
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
    // Another process, or this one after a restart, resumes it at once.
    if (isStopping()) await savePacketProgress(db, id, progress, new Date(0))
    else await failPacket(db, id, error instanceof Error ? error.message : String(error))
  } finally {
    clearInterval(beat)
  }
}
