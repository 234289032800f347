import { setImmediate } from 'node:timers/promises'
import pLimit from 'p-limit'
import { certificateFile } from '#server/certificates/certificates/issuing.actions.ts'
import type { Database } from '#server/db/connection.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { findProgramHead } from '#server/oversight/licensing/licensing.queries.ts'
import type { Review } from '#server/oversight/reviews/review.queries.ts'
import {
  listCertificatesOfPeople,
  listOutsideOfPeople,
  listRecordedRows,
  type ReviewCertificate,
} from '#server/oversight/reviews/review-person.queries.ts'
import { listChecksOfPeople } from '#server/oversight/shifts/shifts.queries.ts'
import { UndrawableText } from '#server/paper/typesetting.ts'
import { licenseCard } from '#server/programs/record/license-card.ts'
import { findProgramRecord } from '#server/programs/record/program-record.queries.ts'
import { listPatterns } from '#server/programs/roles/access.queries.ts'
import { patternLine } from '#server/programs/roles/access-page.ts'
import { rosterOn } from '#server/programs/roster/employment/roster.queries.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { findingLine } from '#server/training/program-requirements/program-finding-words.ts'
import { listProgramFindings } from '#server/training/program-requirements/program-findings.actions.ts'
import { listTrainingsOfProgram } from '#server/training/program-requirements/program-requirements.queries.ts'
import { listCertificateFiles, type Packet } from './packet.queries.ts'
import {
  type PacketContent,
  type PacketPerson,
  packetPerson,
  peopleOfPeriod,
  rulesApplied,
} from './packet-content.ts'
import type { PacketFile } from './packet-tables.ts'
import type { PacketThreads } from './packet-threads.ts'

export type PacketNeeds = Readonly<{
  db: Database
  keysFile: string
  baseUrl: string
  issuerName: string
  clock: () => Date
}>

type GatherCertificates = (
  personIds: readonly string[],
  found: readonly ReviewCertificate[],
) => Promise<readonly PacketFile[]>

/** The content of a packet from the record, and its certificate files. `gather` receives the people to collect them for. */
export async function contentOf(
  { db, clock, baseUrl, issuerName }: PacketNeeds,
  packet: Packet,
  review: Review,
  gather: GatherCertificates,
): Promise<Readonly<{ content: PacketContent; certificates: readonly PacketFile[] }>> {
  const programId = review.program_id
  const period = { from_on: packet.from_on, to_on: packet.to_on }
  const everyone = await rosterOn(db, [programId], packet.to_on, null, { everyone: true })
  const sample = { size: packet.sample_size, seed: packet.seed }
  const { population, drawn } = peopleOfPeriod(everyone, period, sample)
  const found = await listCertificatesOfPeople(db, drawn)
  const certificates = await gather(drawn, found)
  const { roster, facts } = await factsOfPeople(db, drawn, packet.to_on)
  const [outside, recorded, checks, record, program] = await Promise.all([
    listOutsideOfPeople(db, drawn, null),
    listRecordedRows(db, programId, drawn),
    listChecksOfPeople(db, programId, drawn, period),
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
      checks: of(checks),
    })
    if (person) people.push(person)
    // Lets other requests run in between.
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
  const patterns = (await listPatterns(db, programId))
    .filter(({ at }) => dayOf(at) >= packet.from_on && dayOf(at) <= packet.to_on)
    .map(patternLine)
    .map(({ at, what, why, word }) => ({ at, what, why, word }))
  const own = await ownOf(db, programId, people, packet.to_on)
  return { content: { head, people, rules: rulesApplied(people, packet.to_on), own, patterns }, certificates }
}

/** The program's own requirements, apart from the law's. */
async function ownOf(
  db: Database,
  programId: string,
  people: readonly PacketPerson[],
  on: Day,
): Promise<PacketContent['own']> {
  const names = new Map(people.map(({ person_id, name }) => [person_id, name]))
  const findings = await listProgramFindings(db, [programId], { on, asKnownOn: null })
  const trainings = await listTrainingsOfProgram(db, programId, [...names.keys()])
  return {
    findings: findings
      .filter(({ person_id }) => names.has(person_id))
      .toSorted((a, b) => a.name.localeCompare(b.name, 'en-US'))
      .map((one) => findingLine(one, on)),
    trainings: trainings
      .filter(({ completed_on }) => completed_on <= on)
      .map((one) => ({ ...one, name: names.get(one.person_id) ?? '' })),
  }
}

/** The number of people whose certificates are read or drawn between two progress reports. */
const peopleAtOnce = 50

/** The issued bytes of every certificate. Those never downloaded before are drawn now. */
export async function certificateFiles(
  { db, keysFile, clock }: PacketNeeds,
  threads: PacketThreads,
  personIds: readonly string[],
  certificates: readonly ReviewCertificate[],
  onProgress: (people: number) => void,
): Promise<readonly PacketFile[]> {
  // One more than there are threads, so that the next is drawn while one is stored.
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
      onProgress(from + Math.min(some.size, ++undrawn))
      return pdf
    })
    for (const [index, pdf] of bytes.entries())
      if (pdf) files.push({ name: `certificates/${own[index]?.number}.pdf`, bytes: pdf })
    onProgress(from + some.size)
  }
  return files

  async function drawnNow(certificate: ReviewCertificate): Promise<Uint8Array | null> {
    try {
      return (await certificateFile(db, certificate, keysFile, clock(), threads.makeCertificate)).pdf
    } catch (error) {
      // A name that can't be printed has no PDF. Its facts are in the tables.
      if (error instanceof UndrawableText) return null
      throw error
    }
  }
}
