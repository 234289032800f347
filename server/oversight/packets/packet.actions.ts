import type { Transaction } from 'kysely'
import { newCertificateToken } from '#server/certificates/tokens.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import { recordEvidence, writeEvidence } from '#server/ledger/actions.ts'
import type { Day } from '#server/lib/days.ts'
import { notify } from '#server/notices/actions.ts'
import { findReviewById, type Review } from '#server/oversight/reviews/review.queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { findPacketById, listLostPackets, type Packet } from './packet.queries.ts'
import type { PacketContent } from './packet-content.ts'
import type { PacketFiles } from './packet-files.ts'

type PacketEntry = Readonly<{ from_on: Day; to_on: Day; sample_size: number | null; seed: string }>

/** Requests a packet, with the job that makes it. */
export async function requestPacket(
  db: Database,
  viewer: Viewer,
  review: Review,
  entry: PacketEntry,
  now: Date,
): Promise<string> {
  return writeEvidence(db, async (trx) => {
    const code = newCertificateToken()
    const { id } = await trx
      .insertInto('review_packets')
      .values({ ...entry, code, review_id: review.id, requested_by: viewer.id, requested_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    await enqueue(trx, 'make-packet', { packet: id })
    trx.record({
      kind: 'records-exported',
      actor_id: viewer.id,
      subject: `review:${review.number}`,
      facts: { act: 'packet-requested', packet_id: id, code, program_id: review.program_id, ...entry },
      at: now,
    })
    return id
  })
}

/** Stores the finished packet with its hashes and its people, unless another process was faster. */
export async function keepPacket(
  db: Database,
  packet: Packet,
  review: Review,
  { head, people }: PacketContent,
  files: PacketFiles,
): Promise<void> {
  const pdf = Buffer.from(files.pdf)
  const zip = Buffer.from(files.zip)
  const { pdf_sha256, zip_sha256 } = files
  const hashes = { pdf_sha256, zip_sha256 }
  await writeEvidence(db, async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('review_packets')
      .set({
        state: 'made',
        pdf,
        zip,
        ...hashes,
        made_at: head.made_at,
        people_done: people.length,
        people_total: people.length,
      })
      .where('id', '=', packet.id)
      .where('state', '=', 'making')
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return
    trx.record({
      kind: 'records-exported',
      actor_id: packet.requested_by,
      subject: `review:${review.number}`,
      facts: {
        act: 'packet-made',
        packet_id: packet.id,
        code: packet.code,
        ...hashes,
        person_ids: people.map(({ person_id }) => person_id).sort(),
      },
      at: head.made_at,
    })
    await tellOfPacket(trx, packet, review, 'made')
  })
}

/** Gives a packet up, unless it was finished meanwhile. */
export async function failPacket(
  db: Database,
  packet: Packet,
  review: Review,
  problem: string,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('review_packets')
      .set({ state: 'failed', problem })
      .where('id', '=', packet.id)
      .where('state', '=', 'making')
      .executeTakeFirst()
    if (numUpdatedRows > 0n) await tellOfPacket(trx, packet, review, 'failed')
  })
}

/** Gives up the packets that no job will finish, so that they can be requested again. */
export async function failLostPackets(db: Database): Promise<void> {
  for (const id of await listLostPackets(db)) {
    const packet = await findPacketById(db, id)
    const review = packet && (await findReviewById(db, packet.review_id))
    if (packet && review) await failPacket(db, packet, review, 'The service stopped each time it was tried.')
  }
}

const tellOfPacket = (
  trx: Transaction<DB>,
  { id, requested_by }: Packet,
  review: Review,
  state: 'made' | 'failed',
) =>
  notify(trx, {
    person_id: requested_by,
    kind: 'packet-done',
    facts: { review_id: review.id, packet_id: id, program: review.program, state },
    dedupe_key: `packet ${id}`,
  })

/** Records each download of a packet in the ledger. */
export async function recordDownload(
  db: Database,
  viewer: Viewer,
  review: Review,
  packet: Packet,
  what: 'pdf' | 'zip',
  now: Date,
): Promise<void> {
  await recordEvidence(db, {
    kind: 'records-exported',
    actor_id: viewer.id,
    subject: `review:${review.number}`,
    facts: { act: 'packet-taken', packet_id: packet.id, code: packet.code, what },
    at: now,
  })
}
