import { setImmediate } from 'node:timers/promises'
import { certificateFile } from '#server/certificates/actions.ts'
import { openSigningKey } from '#server/certificates/key-file.ts'
import { newCertificateToken } from '#server/certificates/tokens.ts'
import { UndrawableText } from '#server/certificates/typesetting.ts'
import type { Database } from '#server/db/connection.ts'
import { appendToLedger } from '#server/ledger/actions.ts'
import type { Day } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { findProgramRecord } from '#server/programs/program-record.queries.ts'
import { rosterOn } from '#server/programs/roster.queries.ts'
import { factsOfPeople } from '#server/requirements/actions.ts'
import { findProgramHead } from './licensing.queries.ts'
import { licenseCard } from './licensing-page.ts'
import { claimPacket, findPacketById, type Packet } from './packet.queries.ts'
import { type PacketContent, packetPerson, peopleOfPeriod, rulesApplied } from './packet-content.ts'
import { sha256, signManifest } from './packet-manifest.ts'
import { drawPacket } from './packet-pdf.ts'
import { type PacketFile, packetTables } from './packet-tables.ts'
import { packetZip } from './packet-zip.ts'
import { findReviewById, type Review } from './review.queries.ts'
import {
  listCertificatesOfPeople,
  listOutsideOfPeople,
  listRecordedRows,
  type ReviewCertificate,
} from './review-person.queries.ts'

export type PacketEntry = Readonly<{ from_on: Day; to_on: Day; sample_size: number | null; seed: string }>

/** Asks for a packet. It is made in the background; see `packetMaker`. */
export async function requestPacket(
  db: Database,
  viewer: Viewer,
  review: Review,
  entry: PacketEntry,
  now: Date,
): Promise<string> {
  return db.transaction().execute(async (trx) => {
    const code = newCertificateToken()
    const { id } = await trx
      .insertInto('review_packets')
      // Nobody has worked on it yet.
      .values({
        ...entry,
        code,
        review_id: review.id,
        requested_by: viewer.id,
        requested_at: now,
        beat_at: new Date(0),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await appendToLedger(trx, {
      kind: 'records-exported',
      actor_id: viewer.id,
      subject: `review:${review.number}`,
      facts: { act: 'packet-requested', packet_id: id, code, program_id: review.program_id, ...entry },
      at: now,
    })
    return id
  })
}

export type PacketNeeds = Readonly<{
  db: Database
  keysFile: string
  baseUrl: string
  issuerName: string
  clock: () => Date
}>

/** After so long without a sign of work, a packet is taken up again: the process that made it has stopped. */
const staleSeconds = 30

/**
 * Makes packets one after another. What a crash left is taken up again: certificates that were drawn are kept, and the
 * rest of a packet is made in one go from the record. `stop` ends between two steps, and what was begun is resumed later.
 */
export function packetMaker(needs: PacketNeeds) {
  let isStopping = false
  let working: Promise<void> | null = null

  async function work(): Promise<void> {
    for (;;) {
      if (isStopping) return
      // The machine's own clock: the beat tells whether somebody works now, whatever day the record is asked about.
      const id = await claimPacket(needs.db, new Date(), staleSeconds)
      if (!id) return
      await makePacket(needs, id, () => isStopping)
    }
  }

  return {
    /** Starts working unless it is working already. */
    wake(): void {
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
    async stop(): Promise<void> {
      isStopping = true
      await working
    },
  }
}

async function makePacket(needs: PacketNeeds, id: string, isStopping: () => boolean): Promise<void> {
  const { db } = needs
  try {
    const packet = await findPacketById(db, id)
    const review = packet && (await findReviewById(db, packet.review_id))
    if (!packet || !review) return
    const made = await contentOf(needs, packet, review, isStopping)
    if (!made) return
    const { content, files } = made
    const manifest = await signManifest(
      content.head,
      files,
      await openSigningKey(needs.keysFile, needs.baseUrl, needs.clock()),
    )
    const pdf = await drawPacket(content, manifest)
    const zip = packetZip(pdf, files, manifest, content.head.made_at)
    await keepPacket(db, packet, review, content, Buffer.from(pdf), Buffer.from(zip))
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    await db
      .updateTable('review_packets')
      .set({ state: 'failed', problem })
      .where('id', '=', id)
      .where('state', '=', 'making')
      .execute()
  }
}

async function contentOf(
  needs: PacketNeeds,
  packet: Packet,
  review: Review,
  isStopping: () => boolean,
): Promise<Readonly<{ content: PacketContent; files: readonly PacketFile[] }> | null> {
  const { db, clock } = needs
  const programId = review.program_id
  const period = { from_on: packet.from_on, to_on: packet.to_on }
  const everybody = await rosterOn(db, [programId], packet.to_on, null, { everybody: true })
  const { population, drawn } = peopleOfPeriod(everybody, period, {
    size: packet.sample_size,
    seed: packet.seed,
  })
  await beat(db, packet.id, 0, drawn.length)
  const certificates = await listCertificatesOfPeople(db, drawn)
  const drawnFiles = await certificateFiles(needs, packet.id, drawn, certificates, isStopping)
  if (!drawnFiles) return null
  const { roster, facts } = await factsOfPeople(db, drawn, packet.to_on)
  const [outside, recorded, record, program] = await Promise.all([
    listOutsideOfPeople(db, drawn, null),
    listRecordedRows(db, programId, drawn),
    findProgramRecord(db, programId),
    findProgramHead(db, programId, packet.to_on),
  ])
  if (!program) throw new Error('The program is not on record.')
  const people = []
  for (const personId of drawn) {
    const person = packetPerson(roster, facts, programId, personId, period, {
      certificates: certificates.filter(({ person_id }) => person_id === personId),
      outside: outside.filter(({ person_id }) => person_id === personId),
      recorded: recorded.filter(({ person_id }) => person_id === personId),
    })
    if (person) people.push(person)
    // Others are served in between.
    if (people.length % 20 === 0) await setImmediate()
  }
  const head = {
    code: packet.code,
    verify_url: `${needs.baseUrl}/packets/${packet.code}`,
    review: review.number,
    purpose: review.purpose,
    requested_by: packet.requested_by_name,
    made_at: clock(),
    ...period,
    sample_size: packet.sample_size,
    seed: packet.seed,
    population: population.length,
    card: licenseCard(program, record, packet.to_on),
    issuer_name: needs.issuerName,
  }
  const content: PacketContent = { head, people, rules: rulesApplied(people, packet.to_on) }
  return { content, files: [...packetTables(content), ...drawnFiles] }
}

/** The issued bytes of every certificate, drawn where nobody has asked for them yet; null where the work was stopped. */
async function certificateFiles(
  { db, keysFile, clock }: PacketNeeds,
  packetId: string,
  personIds: readonly string[],
  certificates: readonly ReviewCertificate[],
  isStopping: () => boolean,
): Promise<readonly PacketFile[] | null> {
  const files: PacketFile[] = []
  for (const [index, personId] of personIds.entries()) {
    if (isStopping()) return null
    for (const certificate of certificates.filter(({ person_id }) => person_id === personId)) {
      try {
        const { pdf } = await certificateFile(db, certificate, keysFile, clock())
        files.push({ name: `certificates/${certificate.number}.pdf`, bytes: pdf })
      } catch (error) {
        // A name that can't be drawn has no paper; its facts are in the tables.
        if (!(error instanceof UndrawableText)) throw error
      }
    }
    if (index % 10 === 9 || index === personIds.length - 1)
      await beat(db, packetId, index + 1, personIds.length)
  }
  return files
}

const beat = (db: Database, id: string, people_done: number, people_total: number) =>
  db
    .updateTable('review_packets')
    .set({ beat_at: new Date(), people_done, people_total })
    .where('id', '=', id)
    .where('state', '=', 'making')
    .execute()

async function keepPacket(
  db: Database,
  packet: Packet,
  review: Review,
  { head, people }: PacketContent,
  pdf: Buffer,
  zip: Buffer,
): Promise<void> {
  const hashes = { pdf_sha256: sha256(pdf), zip_sha256: sha256(zip) }
  await db.transaction().execute(async (trx) => {
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
    await appendToLedger(trx, {
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
  })
}

/** A packet that was made is taken away: each time is one entry. */
export async function recordDownload(
  db: Database,
  viewer: Viewer,
  review: Review,
  packet: Packet,
  what: 'pdf' | 'zip',
  now: Date,
): Promise<void> {
  await db.transaction().execute((trx) =>
    appendToLedger(trx, {
      kind: 'records-exported',
      actor_id: viewer.id,
      subject: `review:${review.number}`,
      facts: { act: 'packet-taken', packet_id: packet.id, code: packet.code, what },
      at: now,
    }),
  )
}
