import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'

export type Packet = Readonly<{
  id: string
  review_id: string
  code: string
  from_on: Day
  to_on: Day
  sample_size: number | null
  seed: string
  state: 'making' | 'made' | 'failed'
  /** The current stage, and the number of people done. */
  stage: 'waiting' | 'certificates' | 'pages'
  people_done: number
  people_total: number
  problem: string | null
  requested_by: string
  requested_by_name: string
  requested_at: Date
  made_at: Date | null
  pdf_sha256: string | null
  zip_sha256: string | null
  pdf_bytes: number | null
  zip_bytes: number | null
}>

const packetRows = (db: Kysely<DB>, where: ReturnType<typeof sql>) =>
  sql<Packet>`
  select k.id, k.review_id, k.code, k.from_on, k.to_on, k.sample_size, k.seed, k.state, k.stage, k.people_done, k.people_total,
    k.problem, k.requested_by, p.name as requested_by_name, k.requested_at, k.made_at, k.pdf_sha256, k.zip_sha256,
    octet_length(k.pdf) as pdf_bytes, octet_length(k.zip) as zip_bytes
  from review_packets k join people p on p.id = k.requested_by
  where ${where} order by k.requested_at desc`.execute(db)

export async function listPackets(db: Kysely<DB>, reviewId: string): Promise<readonly Packet[]> {
  const { rows } = await packetRows(db, sql`k.review_id = ${reviewId}`)
  return rows
}

export async function findPacket(db: Kysely<DB>, reviewId: string, id: string): Promise<Packet | null> {
  const { rows } = await packetRows(db, sql`k.review_id = ${reviewId} and k.id = ${id}`)
  return rows[0] ?? null
}

export async function findPacketById(db: Kysely<DB>, id: string): Promise<Packet | null> {
  const { rows } = await packetRows(db, sql`k.id = ${id}`)
  return rows[0] ?? null
}

export const findPacketFile = (db: Kysely<DB>, id: string, what: 'pdf' | 'zip') =>
  db
    .selectFrom('review_packets')
    .select(`${what} as bytes`)
    .where('id', '=', id)
    .where('state', '=', 'made')
    .executeTakeFirst()

export type PublicPacket = Readonly<{
  code: string
  from_on: Day
  to_on: Day
  sample_size: number | null
  seed: string
  people_total: number
  made_at: Date
  pdf_sha256: string
  zip_sha256: string
  program: string
  license_number: string | null
  license_type: string | null
}>

/** What anyone with a packet's code may see. It names no one. */
export async function findPacketByCode(db: Kysely<DB>, code: string): Promise<PublicPacket | null> {
  const { rows } = await sql<PublicPacket>`
    select k.code, k.from_on, k.to_on, k.sample_size, k.seed, k.people_total, k.made_at, k.pdf_sha256, k.zip_sha256,
      coalesce(d.name, h.name) as program, d.license_number, d.license_type
    from review_packets k
    join reviews r on r.id = k.review_id
    join programs p on p.id = r.program_id
    join license_holders h on h.id = p.holder_id
    left join lateral (
      select d.* from program_details d where d.program_id = p.id and d.superseded_at is null order by d.from_on desc limit 1
    ) d on true
    where k.code = ${code} and k.state = 'made'`.execute(db)
  return rows[0] ?? null
}

export type PacketProgress = Pick<Packet, 'stage' | 'people_done' | 'people_total'>

export const savePacketProgress = (db: Kysely<DB>, id: string, progress: PacketProgress) =>
  db.updateTable('review_packets').set(progress).where('id', '=', id).where('state', '=', 'making').execute()

/** Packets that no job will finish, because every process that tried was killed. */
export async function listLostPackets(db: Kysely<DB>): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select k.id from review_packets k where k.state = 'making' and not exists (
      select from pgboss.job j where j.name = 'make-packet' and j.state in ('created', 'retry', 'active')
        and j.data ->> 'packet' = k.id::text)`.execute(db)
  return rows.map(({ id }) => id)
}

/** The issued bytes of the certificates drawn so far, by certificate id. One statement. */
export async function listCertificateFiles(
  db: Kysely<DB>,
  certificateIds: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { rows } = await sql<{ certificate_id: string; pdf: Buffer }>`
    select certificate_id, pdf from certificate_files where certificate_id = any(${[...certificateIds]}::uuid[])`.execute(
    db,
  )
  return new Map(rows.map(({ certificate_id, pdf }) => [certificate_id, pdf]))
}
