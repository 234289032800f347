import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { licenseWords } from '#server/programs/record/license-card.ts'
import { listPatterns } from '#server/programs/roles/access.queries.ts'
import { patternLine } from '#server/programs/roles/access-page.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { listEvidenceRequests } from './evidence.queries.ts'
import { evidencePage } from './evidence-page.ts'
import { changeReviewState, logLook, writeNote } from './review.actions.ts'
import {
  findReviewOf,
  listFindings,
  listLooks,
  listReviewNotes,
  listReviewStates,
  listReviews,
  type Review,
} from './review.queries.ts'
import { findingPage } from './review-finding-page.ts'
import { reviewStates, stateNames, stateTones } from './review-words.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** Reviews: the list, and one review with its notes, findings and state. */
export async function licensingReviewRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const licensing = { policy: ['licensing'] } as const
  const params = Type.Object({ review: uuid() })
  const stateType = Type.Union(reviewStates.map((state) => Type.Literal(state)))

  app.get(
    '/reviews',
    { config: licensing, schema: { querystring: Type.Object({ state: Type.Optional(stateType) }) } },
    async (request, reply) => {
      const state = request.query.state ?? null
      return reply.page('oversight/reviews/list', {
        title: 'Reviews',
        reviews: await listReviews(db, { state }),
        state,
        states: reviewStates,
        stateNames,
        stateTones,
        licenseWords,
        today: dayOf(clock()),
      })
    },
  )

  app.get('/reviews/:review', { config: licensing, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
    return reply.page('oversight/reviews/review', await loggedPage(viewer, review))
  })

  app.post(
    '/reviews/:review/states',
    {
      config: licensing,
      schema: { params, body: form({ state: stateType, reason: Type.Optional(text(1000)) }) },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      const { state, reason = '' } = request.body
      const result = await changeReviewState(db, viewer, review, state, reason.trim(), clock())
      if (result.kind !== 'reason-missing') return reply.redirect(`/reviews/${review.id}`, 303)
      const errors = [{ field: 'reason', message: 'Enter why you are reopening the review.' }]
      return reply
        .status(422)
        .page('oversight/reviews/review', { ...(await loggedPage(viewer, review)), errors })
    },
  )

  app.post(
    '/reviews/:review/notes',
    { config: licensing, schema: { params, body: form({ body: text(10_000) }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      const body = request.body.body.trim()
      if (body) {
        await writeNote(db, viewer, review, body, clock())
        return reply.redirect(`/reviews/${review.id}#notes`, 303)
      }
      const errors = [{ field: 'body', message: 'Enter a note.' }]
      return reply
        .status(422)
        .page('oversight/reviews/review', { ...(await loggedPage(viewer, review)), errors })
    },
  )

  /** The page names whom findings are about. */
  async function loggedPage(viewer: Viewer, review: Review) {
    const data = await reviewPage(review)
    await logLook(db, viewer, review, 'the findings', data.named, clock())
    return data
  }

  async function reviewPage(review: Review) {
    const [states, notes, findings, looks, evidence] = await Promise.all([
      listReviewStates(db, review.id),
      listReviewNotes(db, review.id),
      listFindings(db, review.id),
      listLooks(db, review.number, 20),
      listEvidenceRequests(db, review.id),
    ])
    return {
      title: `Review ${review.number}, ${review.program}`,
      review,
      license: licenseWords(review),
      states,
      notes,
      findings: findings.map(findingPage),
      evidence: evidence.map((asked) => evidencePage(asked, dayOf(clock()))),
      named: [...findings, ...evidence].flatMap(({ person_id }) => person_id ?? []),
      looks,
      patterns: (await listPatterns(db, review.program_id)).map(patternLine),
      stateNames,
      stateTones,
      today: dayOf(clock()),
    }
  }
}
