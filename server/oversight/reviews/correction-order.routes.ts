import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { findProgramOf } from '#server/programs/queries.ts'
import { licenseWords } from '#server/programs/record/license-card.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { openFindings, orderFields, readOrder } from './correction-order.ts'
import { drawCorrectionOrder } from './correction-order-pdf.ts'
import { logDraftedOrder, logLook } from './review.actions.ts'
import { findReviewOf, listFindings, type Review } from './review.queries.ts'

/** Licensing staff draft a correction order from a review’s findings. The draft is a file; nothing of it is kept. */
export async function correctionOrderRoutes(
  app: App,
  { db, clock }: Readonly<{ db: Database; clock: () => Date }>,
): Promise<void> {
  const licensing = { policy: ['licensing'] } as const
  const params = Type.Object({ review: uuid() })
  const body = Type.Unsafe<Readonly<Record<string, string>>>(
    Type.Object(
      {},
      { patternProperties: { '^(law|by)-[0-9]{1,5}$': text(1000) }, additionalProperties: false },
    ),
  )

  app.get(
    '/reviews/:review/correction-order',
    { config: licensing, schema: { params } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      return reply.page('oversight/reviews/correction-order', await orderPage(viewer, review, {}, []))
    },
  )

  app.post(
    '/reviews/:review/correction-order',
    // A corrected draft is the same form again, from a page that the browser has kept.
    { config: { ...licensing, isRepeatable: true }, schema: { params, body } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const now = clock()
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      const read = readOrder(openFindings(await listFindings(db, review.id)), request.body, dayOf(now))
      if (read.kind === 'problems')
        return reply
          .status(422)
          .page(
            'oversight/reviews/correction-order',
            await orderPage(viewer, review, request.body, read.problems),
          )
      const program = (await findProgramOf(db, viewer, review.program_id, dayOf(now))) ?? notFound()
      const head = {
        review: review.number,
        program: program.name,
        holder: program.holder,
        license: licenseWords(program),
        place: program.place,
        written_by: viewer.name,
      }
      await logDraftedOrder(db, viewer, review, read.violations, now)
      const pdf = await drawCorrectionOrder(head, read.violations, now, dayOf(now))
      return reply
        .type('application/pdf')
        .header('content-disposition', `attachment; filename="correction-order-draft-${review.number}.pdf"`)
        .send(Buffer.from(pdf))
    },
  )

  async function orderPage(viewer: Viewer, review: Review, typed: Typed, errors: readonly FieldError[]) {
    const findings = openFindings(await listFindings(db, review.id))
    const people = findings.flatMap(({ person_id }) => person_id ?? [])
    await logLook(db, viewer, review, 'a draft of a correction order', people, clock())
    return { title: 'Draft a correction order', review, rows: orderFields(findings, typed), errors }
  }
}
