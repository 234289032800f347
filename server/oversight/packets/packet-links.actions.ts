import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { Review } from '#server/oversight/reviews/review.queries.ts'
import { newToken, tokenHash } from '#server/people/links.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { Packet } from './packet.queries.ts'
import type { SharedPacket } from './packet-links.queries.ts'

const day = 24 * 60 * 60 * 1000

/** Makes a link to one packet and returns its secret, of which only the hash is stored. */
export async function makePacketLink(
  db: Database,
  viewer: Viewer,
  review: Review,
  packet: Packet,
  { for_whom, days }: Readonly<{ for_whom: string; days: number }>,
  now: Date,
): Promise<string> {
  const token = newToken()
  await writeEvidence(db, async (trx) => {
    const expires_at = new Date(now.getTime() + days * day)
    const { id } = await trx
      .insertInto('packet_links')
      .values({
        packet_id: packet.id,
        token_hash: tokenHash(token),
        for_whom,
        made_by: viewer.id,
        made_at: now,
        expires_at,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    trx.record({
      kind: 'records-exported',
      actor_id: viewer.id,
      subject: `review:${review.number}`,
      facts: {
        act: 'packet-link-made',
        packet_id: packet.id,
        link_id: id,
        for_whom,
        expires_at: expires_at.toISOString(),
      },
      at: now,
    })
  })
  return token
}

/** Ends a link before its time. Ending it twice changes nothing. */
export async function endPacketLink(
  db: Database,
  viewer: Viewer,
  review: Review,
  packet: Packet,
  linkId: string,
  now: Date,
): Promise<void> {
  await writeEvidence(db, async (trx) => {
    const ended = await trx
      .insertInto('packet_link_ends')
      .columns(['link_id', 'ended_by', 'ended_at'])
      .expression((eb) =>
        eb
          .selectFrom('packet_links')
          .select((one) => ['id', one.val(viewer.id).as('ended_by'), one.val(now).as('ended_at')])
          .where('id', '=', linkId)
          .where('packet_id', '=', packet.id),
      )
      .onConflict((conflict) => conflict.doNothing())
      .returning('link_id')
      .executeTakeFirst()
    if (ended)
      trx.record({
        kind: 'records-exported',
        actor_id: viewer.id,
        subject: `review:${review.number}`,
        facts: { act: 'packet-link-ended', packet_id: packet.id, link_id: linkId },
        at: now,
      })
  })
}

/** Records that someone opened the link's page or took a file, before it is sent. */
export async function recordOpening(
  db: Database,
  { link_id, packet_id, code, review_number }: SharedPacket,
  what: 'page' | 'pdf' | 'zip',
  now: Date,
): Promise<void> {
  await writeEvidence(db, async (trx) => {
    await trx.insertInto('packet_link_openings').values({ link_id, what, opened_at: now }).execute()
    trx.record({
      kind: 'records-exported',
      actor_id: null,
      subject: `review:${review_number}`,
      facts: { act: 'packet-opened-by-link', packet_id, code, link_id, what },
      at: now,
    })
  })
}
