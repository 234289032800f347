import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { checkedLines, checkWords } from '#server/oversight/shifts/shift-page.ts'
import { findCheck, listChecks } from '#server/oversight/shifts/shifts.queries.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, uuid } from '#server/web/routes.ts'
import { logLook } from './review.actions.ts'
import { findReviewOf } from './review.queries.ts'
import { closedPage } from './review-day.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

const checksAPage = 50

/** The shift check-ins of a program under review. One that names people is logged before it is sent. */
export async function reviewShiftRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const licensing = { policy: ['licensing'] } as const

  app.get(
    '/reviews/:review/shift-checks',
    {
      config: licensing,
      schema: {
        params: Type.Object({ review: uuid() }),
        querystring: Type.Object({ page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}$' })) }),
      },
    },
    async (request, reply) => {
      const review = (await findReviewOf(db, viewerOf(request), request.params.review)) ?? notFound()
      if (review.state === 'closed') return reply.page('oversight/reviews/closed', closedPage(review))
      const page = Number(request.query.page ?? 1)
      const asked = { programId: review.program_id, page, size: checksAPage }
      const { checks, total } = await listChecks(db, asked)
      const base = `/reviews/${review.id}/shift-checks`
      return reply.page('oversight/reviews/shift-checks', {
        title: `Shift check-ins of ${review.program}`,
        review,
        base,
        total,
        checks: checks.map((check) => ({ ...check, words: checkWords(check) })),
        pages: {
          current: page,
          last: Math.max(1, Math.ceil(total / checksAPage)),
          href: `${base}?page={page}`,
        },
      })
    },
  )

  app.get(
    '/reviews/:review/shift-checks/:check',
    { config: licensing, schema: { params: Type.Object({ review: uuid(), check: uuid() }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      if (review.state === 'closed') return reply.page('oversight/reviews/closed', closedPage(review))
      const { check, answers } = (await findCheck(db, review.program_id, request.params.check)) ?? notFound()
      const people = answers.map(({ person_id }) => person_id)
      await logLook(db, viewer, review, 'a shift check-in', people, clock())
      return reply.page('oversight/shifts/check', {
        title: 'Shift check-in',
        program: { name: review.program },
        base: `/reviews/${review.id}/shift-checks`,
        trail: `Shift check-ins, review ${review.number}`,
        check,
        answers: checkedLines(answers),
      })
    },
  )
}
