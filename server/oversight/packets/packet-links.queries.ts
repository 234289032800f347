import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

type PacketLink = Readonly<{
  id: string
  for_whom: string
  made_by_name: string
  made_at: Date
  expires_at: Date
  ended_at: Date | null
  /** Latest first; `at` is an instant, ISO 8601. */
  openings: readonly Readonly<{ what: 'page' | 'pdf' | 'zip'; at: string }>[]
}>

/** The links to a packet, latest first, each with its openings. */
export async function listPacketLinks(db: Kysely<DB>, packetId: string): Promise<readonly PacketLink[]> {
  const { rows } = await sql<PacketLink>`
    select l.id, l.for_whom, p.name as made_by_name, l.made_at, l.expires_at, e.ended_at,
      coalesce((select json_agg(json_build_object('what', o.what, 'at', o.opened_at) order by o.id desc)
        from packet_link_openings o where o.link_id = l.id), '[]') as openings
    from packet_links l join people p on p.id = l.made_by left join packet_link_ends e on e.link_id = l.id
    where l.packet_id = ${packetId} order by l.made_at desc`.execute(db)
  return rows
}

export type SharedPacket = Readonly<{
  link_id: string
  expires_at: Date
  packet_id: string
  code: string
  review_number: number
}>

/** The packet of a link that works now. Null for a link that is unknown, expired or ended, which all look alike. */
export async function findSharedPacket(
  db: Kysely<DB>,
  tokenHash: string,
  now: Date,
): Promise<SharedPacket | null> {
  const { rows } = await sql<SharedPacket>`
    select l.id as link_id, l.expires_at, k.id as packet_id, k.code, r.number as review_number
    from packet_links l join review_packets k on k.id = l.packet_id join reviews r on r.id = k.review_id
    where l.token_hash = ${tokenHash} and l.expires_at > ${now} and k.state = 'made'
      and not exists (select from packet_link_ends e where e.link_id = l.id)`.execute(db)
  return rows[0] ?? null
}
