import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { findReviewOf } from '#server/oversight/reviews/review.queries.ts'
import { tokenHash } from '#server/people/links.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { findPacket, findPacketFile } from './packet.queries.ts'
import { endPacketLink, makePacketLink, recordOpening } from './packet-links.actions.ts'
import { findSharedPacket, listPacketLinks } from './packet-links.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; config: Readonly<{ baseUrl: string }> }>

const periods = { 3: '3 days', 7: '7 days', 14: '14 days', 30: '30 days' } as const

/** Licensing staff share one packet with a program or auditor by a link that works for a time, without an account. */
export async function packetLinkRoutes(app: App, { db, clock, config }: Needs): Promise<void> {
  const licensing = { policy: ['licensing'] } as const
  const params = Type.Object({ review: uuid(), packet: uuid() })

  app.get(
    '/reviews/:review/packets/:packet/links',
    { config: licensing, schema: { params } },
    (request, reply) =>
      linksPage(viewerOf(request), request.params, {}).then((page) =>
        reply.page('oversight/reviews/packet-links', page),
      ),
  )

  app.post(
    '/reviews/:review/packets/:packet/links',
    {
      config: licensing,
      schema: { params, body: form({ for_whom: text(200), days: Type.Optional(text(4)) }) },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { review, packet } = await packetOf(viewer, request.params)
      const for_whom = request.body.for_whom.trim()
      const days = request.body.days ?? '14'
      const errors: FieldError[] = []
      if (!for_whom) errors.push({ field: 'for_whom', message: 'Enter who the link is for.' })
      if (!Object.hasOwn(periods, days))
        errors.push({ field: 'days', message: 'Choose how long the link works.' })
      if (errors.length > 0) {
        const page = await linksPage(viewer, request.params, { errors, for_whom })
        return reply.status(422).page('oversight/reviews/packet-links', page)
      }
      const token = await makePacketLink(
        db,
        viewer,
        review,
        packet,
        { for_whom, days: Number(days) },
        clock(),
      )
      // Shown once, so the answer is the page itself.
      const made = `${config.baseUrl}/shared-packets/${token}`
      return reply
        .header('referrer-policy', 'no-referrer')
        .page('oversight/reviews/packet-links', await linksPage(viewer, request.params, { made }))
    },
  )

  app.post(
    '/reviews/:review/packets/:packet/links/:link/end',
    { config: licensing, schema: { params: Type.Object({ review: uuid(), packet: uuid(), link: uuid() }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { review, packet } = await packetOf(viewer, request.params)
      await endPacketLink(db, viewer, review, packet, request.params.link, clock())
      return reply.redirect(`/reviews/${review.id}/packets/${packet.id}/links`, 303)
    },
  )

  const shared = { policy: 'public', rateLimit: { max: 60, timeWindow: '1 minute' } } as const
  const tokenParams = Type.Object({ token: text(100) })
  const privately = { 'x-robots-tag': 'noindex, nofollow', 'referrer-policy': 'no-referrer' }

  app.get(
    '/shared-packets/:token',
    { config: shared, schema: { params: tokenParams } },
    async (request, reply) => {
      const packet = await findSharedPacket(db, tokenHash(request.params.token), clock())
      if (packet) await recordOpening(db, packet, 'page', clock())
      return reply
        .status(packet ? 200 : 404)
        .headers(privately)
        .page('oversight/reviews/shared-packet', {
          title: packet ? 'A document was shared with you' : 'This link doesn’t work',
          robots: 'noindex',
          packet,
          base: `/shared-packets/${request.params.token}`,
        })
    },
  )

  for (const what of ['pdf', 'zip'] as const)
    app.get(
      `/shared-packets/:token/packet.${what}`,
      { config: shared, schema: { params: tokenParams } },
      async (request, reply) => {
        const { token } = request.params as { token: string }
        const packet = (await findSharedPacket(db, tokenHash(token), clock())) ?? notFound()
        const kept = (await findPacketFile(db, packet.packet_id, what)) ?? notFound()
        await recordOpening(db, packet, what, clock())
        return reply
          .type(`application/${what}`)
          .headers(privately)
          .header('content-disposition', `attachment; filename="packet.${what}"`)
          .send(kept.bytes)
      },
    )

  async function linksPage(
    viewer: Viewer,
    asked: Asked,
    more: Readonly<{ made?: string; for_whom?: string; errors?: readonly FieldError[] }>,
  ) {
    const { review, packet } = await packetOf(viewer, asked)
    const links = await listPacketLinks(db, packet.id)
    const now = clock()
    return {
      title: 'Share the packet by link',
      review,
      packet,
      made: null,
      for_whom: '',
      periods: Object.entries(periods).map(([value, label]) => ({ value, label })),
      links: links.map((link) => ({
        ...link,
        state: link.ended_at ? 'ended' : link.expires_at <= now ? 'expired' : 'works',
      })),
      ...more,
    }
  }

  async function packetOf(viewer: Viewer, { review: reviewId, packet: packetId }: Asked) {
    const review = (await findReviewOf(db, viewer, reviewId)) ?? notFound()
    const packet = (await findPacket(db, review.id, packetId)) ?? notFound()
    return packet.state === 'made' ? { review, packet } : notFound()
  }
}

type Asked = Readonly<{ review: string; packet: string }>
