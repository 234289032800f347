import { setImmediate } from 'node:timers/promises'
import pLimit from 'p-limit'
import { certificateFile } from '#server/certificates/actions.ts'
import { openSigningKey } from '#server/certificates/key-file.ts'
import { UndrawableText } from '#server/certificates/typesetting.ts'
import type { Database } from '#server/db/connection.ts'
import { findProgramRecord } from '#server/programs/program-record.queries.ts'
import { rosterOn } from '#server/programs/roster.queries.ts'
import { factsOfPeople } from '#server/requirements/actions.ts'
import { findProgramHead } from './licensing.queries.ts'
import { licenseCard } from './licensing-page.ts'
import { keepPacket } from './packet.actions.ts'
import {
  claimPacket,
  failPacket,
  findPacketById,
  listCertificateFiles,
  type Packet,
  type PacketProgress,
  savePacketProgress,
} from './packet.queries.ts'
import { type PacketContent, packetPerson, peopleOfPeriod, rulesApplied } from './packet-content.ts'
import type { PacketFile } from './packet-tables.ts'
import { type PacketThreads, packetThreads } from './packet-threads.ts'
import { findReviewById, type Review } from './review.queries.ts'
import {
  listCertificatesOfPeople,
  listOutsideOfPeople,
  listRecordedRows,
  type ReviewCertificate,
} from './review-person.queries.ts'

export type PacketNeeds = Readonly<{
  db: Database
  keysFile: string
  baseUrl: string
  issuerName: string
  clock: () => Date
}>

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

type GatherCertificates = (
  personIds: readonly string[],
  found: readonly ReviewCertificate[],
) => Promise<readonly PacketFile[]>

async function contentOf(
  { db, clock, baseUrl, issuerName }: PacketNeeds,
  packet: Packet,
  review: Review,
  gather: GatherCertificates,
): Promise<Readonly<{ content: PacketContent; certificates: readonly PacketFile[] }>> {
  const programId = review.program_id
  const period = { from_on: packet.from_on, to_on: packet.to_on }
  const everybody = await rosterOn(db, [programId], packet.to_on, null, { everybody: true })
  const sample = { size: packet.sample_size, seed: packet.seed }
  const { population, drawn } = peopleOfPeriod(everybody, period, sample)
  const found = await listCertificatesOfPeople(db, drawn)
  const certificates = await gather(drawn, found)
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
    const of = <T extends Readonly<{ person_id: string }>>(rows: readonly T[]) =>
      rows.filter(({ person_id }) => person_id === personId)
    const person = packetPerson(roster, facts, programId, personId, period, {
      certificates: of(found),
      outside: of(outside),
      recorded: of(recorded),
    })
    if (person) people.push(person)
    // Others are served in between.
    if (people.length % 20 === 0) await setImmediate()
  }
  const head = {
    code: packet.code,
    verify_url: `${baseUrl}/packets/${packet.code}`,
    review: review.number,
    purpose: review.purpose,
    requested_by: packet.requested_by_name,
    made_at: clock(),
    ...period,
    sample_size: packet.sample_size,
    seed: packet.seed,
    population,
    card: licenseCard(program, record, packet.to_on),
    issuer_name: issuerName,
  }
  return { content: { head, people, rules: rulesApplied(people, packet.to_on) }, certificates }
}

/** So many people's certificates are read, or drawn, between two looks at how far it is. */
const peopleAtOnce = 50

/** The issued bytes of every certificate, drawn where nobody has asked for them yet. */
async function certificateFiles(
  { db, keysFile, clock }: PacketNeeds,
  threads: PacketThreads,
  personIds: readonly string[],
  certificates: readonly ReviewCertificate[],
  told: (people: number) => void,
): Promise<readonly PacketFile[]> {
  // One more than there are threads: while one is put on record, the next is drawn.
  const limit = pLimit(threads.many + 1)
  const files: PacketFile[] = []
  for (let from = 0; from < personIds.length; from += peopleAtOnce) {
    const some = new Set(personIds.slice(from, from + peopleAtOnce))
    const own = certificates.filter(({ person_id }) => some.has(person_id))
    const kept = await listCertificateFiles(
      db,
      own.map(({ id }) => id),
    )
    let undrawn = 0
    const bytes = await limit.map(own, async (certificate) => {
      const there = kept.get(certificate.id)
      if (there) return there
      const pdf = await drawnNow(certificate)
      told(from + Math.min(some.size, ++undrawn))
      return pdf
    })
    for (const [index, pdf] of bytes.entries())
      if (pdf) files.push({ name: `certificates/${own[index]?.number}.pdf`, bytes: pdf })
    told(from + some.size)
  }
  return files

  async function drawnNow(certificate: ReviewCertificate): Promise<Uint8Array | null> {
    try {
      return (await certificateFile(db, certificate, keysFile, clock(), threads.makeCertificate)).pdf
    } catch (error) {
      // A name that can't be drawn has no paper; its facts are in the tables.
      if (error instanceof UndrawableText) return null
      throw error
    }
  }
}
