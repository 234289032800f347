import { randomBytes } from 'node:crypto'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { addYears, dayOf } from '#server/lib/days.ts'
import { findReviewOf, type Review } from '#server/oversight/reviews/review.queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { reader, type Typed, typedDay } from '#server/programs/typed-form.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { recordDownload, requestPacket } from './packet.actions.ts'
import { findPacket, findPacketFile, listPackets } from './packet.queries.ts'
import { samplingWords } from './packet-sample.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** Review packets: request, progress and download. */
export async function packetRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const licensing = { policy: ['licensing'] } as const
  const params = Type.Object({ review: uuid() })
  const packetParams = Type.Object({ review: uuid(), packet: uuid() })

  app.get('/reviews/:review/packets', { config: licensing, schema: { params } }, async (request, reply) => {
    const review = await reviewOf(viewerOf(request), request.params.review)
    const today = dayOf(clock())
    const typed = { from_on: typedDay(addYears(today, -1)), to_on: typedDay(today), people: 'all' }
    return reply.page('oversight/reviews/packets', await packetsPage(review, typed))
  })

  app.post(
    '/reviews/:review/packets',
    {
      config: licensing,
      schema: {
        params,
        body: form({
          from_on: text(40),
          to_on: text(40),
          people: Type.Optional(text(10)),
          sample_size: Type.Optional(text(10)),
          seed: Type.Optional(text(100)),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = await reviewOf(viewer, request.params.review)
      const typed = request.body
      const today = dayOf(clock())
      const read = reader(typed, today)
      const from_on = read.day('from_on', 'Enter the first day of the period.')
      const to_on = read.day('to_on', 'Enter the last day of the period.')
      if (from_on && to_on && to_on < from_on)
        read.refuse('to_on', 'The last day must not be before the first.')
      if (to_on && to_on > today) read.refuse('to_on', 'The last day can’t be in the future.')
      const isSample = typed.people === 'sample'
      const size = (typed.sample_size ?? '').trim()
      if (isSample && !/^[1-9]\d{0,4}$/.test(size))
        read.refuse('sample_size', 'Enter how many people to draw, such as 10.')
      if (review.state === 'closed') read.refuse('from_on', 'This review is closed. Reopen it first.')
      if (read.problems.length > 0 || !from_on || !to_on)
        return reply
          .status(422)
          .page('oversight/reviews/packets', { ...(await packetsPage(review, typed)), errors: read.problems })
      const seed = read.line('seed') || randomBytes(6).toString('hex')
      const entry = {
        from_on,
        to_on,
        sample_size: isSample ? Number(size) : null,
        seed: isSample ? seed : '',
      }
      const id = await requestPacket(db, viewer, review, entry, clock())
      return reply.redirect(`/reviews/${review.id}/packets/${id}`, 303)
    },
  )

  app.get(
    '/reviews/:review/packets/:packet',
    { config: licensing, schema: { params: packetParams } },
    async (request, reply) => {
      const review = await reviewOf(viewerOf(request), request.params.review)
      const packet = (await findPacket(db, review.id, request.params.packet)) ?? notFound()
      return reply.page('oversight/reviews/packet', {
        title: `Packet of ${review.program}`,
        // The page refreshes automatically, with or without JavaScript.
        againAfter: packet.state === 'making' ? 2 : null,
        review,
        packet,
        samplingWords,
        sizeWords,
      })
    },
  )

  for (const what of ['pdf', 'zip'] as const)
    app.get(
      `/reviews/:review/packets/:packet/packet.${what}`,
      { config: licensing, schema: { params: packetParams } },
      async (request, reply) => {
        const viewer = viewerOf(request)
        const { review: reviewId, packet: packetId } = request.params as { review: string; packet: string }
        const review = await reviewOf(viewer, reviewId)
        const packet = (await findPacket(db, review.id, packetId)) ?? notFound()
        const kept = (await findPacketFile(db, packet.id, what)) ?? notFound()
        await recordDownload(db, viewer, review, packet, what, clock())
        const name = `packet-${[review.license_number, packet.from_on, packet.to_on].filter(Boolean).join('-')}.${what}`
        return reply
          .type(`application/${what}`)
          .header('content-disposition', `attachment; filename="${name}"`)
          .send(kept.bytes)
      },
    )

  async function packetsPage(review: Review, typed: Typed) {
    return {
      title: `Packets of ${review.program}`,
      review,
      typed,
      errors: [],
      packets: await listPackets(db, review.id),
      samplingWords,
      sizeWords,
    }
  }

  const reviewOf = async (viewer: Viewer, id: string): Promise<Review> =>
    (await findReviewOf(db, viewer, id)) ?? notFound()
}

const sizeWords = (bytes: number | null): string =>
  bytes === null
    ? ''
    : bytes < 1_000_000
      ? `${Math.ceil(bytes / 1000)} KB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`
