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

/** A process that works on a packet says so each second; after so long without, another takes the packet up. */
const staleSeconds = 10

/**
 * Makes packets one after another. What a crash or a stop left is taken up again: certificates that were drawn are kept,
 * and the rest of a packet is made in one go from the record.
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
        // The machine's own clock: the beat tells whether somebody works now, whatever day the record is asked about.
        const id = await claimPacket(needs.db, new Date(), staleSeconds)
        if (!id) return
        await makePacket(needs, own, id, () => isStopping)
      }
    } finally {
      await own.close()
    }
  }

  return {
    /** Starts working unless it is working already. */
    wake(): void {
      if (isStopping) return
      working ??= work()
        .catch(() => {})
        .finally(() => {
          working = null
        })
    },
    /** Until nothing is left to do. */
    async settled(): Promise<void> {
      while (working) await working
    },
    /** What is under way is let go, to be taken up at once by whoever comes next. */
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
    // Another process, or the next start, takes it up at once.
    if (isStopping()) await savePacketProgress(db, id, progress, new Date(0))
    else await failPacket(db, id, error instanceof Error ? error.message : String(error))
  } finally {
    clearInterval(beat)
  }
}
