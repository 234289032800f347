import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { rules } from '#server/law/reasons/rules.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { reader, type Typed } from '#server/programs/typed-form.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { logFinding, logLook } from './review.actions.ts'
import { findFindingOf, findReviewOf, listPeopleOfProgram, type Review } from './review.queries.ts'
import { closedPage } from './review-day.ts'
import { longestFinding, readFinding } from './review-finding-form.ts'
import { findingPageFor } from './review-finding-page.ts'
import { actOnFinding, writeFinding } from './review-findings.actions.ts'
import { findingActs } from './review-words.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** Licensing staff write, send and close findings. */
export async function reviewFindingRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const licensing = { policy: ['licensing'] } as const
  const params = Type.Object({ finding: uuid() })
  const reviewParams = Type.Object({ review: uuid() })

  app.get(
    '/reviews/:review/findings/new',
    {
      config: licensing,
      schema: { params: reviewParams, querystring: Type.Object({ person: Type.Optional(uuid()) }) },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      if (review.state === 'closed') return reply.page('oversight/reviews/closed', closedPage(review))
      const page = await newPage(review, { person: request.query.person ?? '' }, [])
      await logList(viewer, review, page.people)
      return reply.page('oversight/reviews/finding-new', page)
    },
  )

  app.post(
    '/reviews/:review/findings',
    {
      config: licensing,
      schema: {
        params: reviewParams,
        body: form({
          person: Type.Optional(text(40)),
          rule: Type.Optional(text(10)),
          body: text(longestFinding),
          follow_up_on: Type.Optional(text(40)),
          send: Type.Optional(text(5)),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      if (review.state === 'closed')
        return reply.status(409).page('oversight/reviews/closed', closedPage(review))
      const people = await listPeopleOfProgram(db, review.program_id)
      const read = readFinding(request.body, people, dayOf(clock()))
      if (read.kind === 'problems') {
        await logList(viewer, review, people)
        const page = await newPage(review, request.body, read.problems)
        return reply.status(422).page('oversight/reviews/finding-new', page)
      }
      await writeFinding(db, viewer, review, read.entry, clock())
      return reply.redirect(`/reviews/${review.id}#findings`, 303)
    },
  )

  app.post(
    '/findings/:finding/acts',
    {
      config: licensing,
      schema: {
        params,
        body: form({
          act: Type.Union(findingActs.map((act) => Type.Literal(act))),
          reason: Type.Optional(text(2000)),
          follow_up_on: Type.Optional(text(40)),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const finding = (await findFindingOf(db, viewer, request.params.finding)) ?? notFound()
      const { act, reason = '' } = request.body
      const read = reader(request.body, dayOf(clock()))
      const follow_up_on =
        act === 'follow-up-moved' ? read.day('follow_up_on', 'Enter the new follow-up day.') : null
      if (read.problems.length > 0) return showAgain(read.problems)
      const result = await actOnFinding(
        db,
        viewer,
        finding,
        { act, reason: reason.trim(), follow_up_on },
        clock(),
      )
      switch (result.kind) {
        case 'done':
          return reply.redirect(`/findings/${finding.id}`, 303)
        case 'reason-missing':
          return showAgain([{ field: 'reason', message: 'Enter a reason. It stays with the finding.' }])
        case 'day-missing':
          return showAgain([{ field: 'follow_up_on', message: 'Enter the new follow-up day.' }])
        case 'not-open-to-this':
          return showAgain([
            {
              field: 'reason',
              message:
                'The finding changed in the meantime, so nothing was saved. This is its current state.',
            },
          ])
      }
      async function showAgain(errors: readonly FieldError[]) {
        // Read again, because it may have changed.
        const now = (await findFindingOf(db, viewer, request.params.finding)) ?? notFound()
        await logFinding(db, viewer, now, clock())
        const page = findingPageFor(viewer, now, errors)
        return reply.status(422).page('oversight/reviews/finding', { ...page, typedAct: request.body })
      }
    },
  )

  async function newPage(review: Review, typed: Typed, errors: readonly FieldError[]) {
    const people = await listPeopleOfProgram(db, review.program_id)
    return { title: 'Write a finding', review, typed, errors, people, rules }
  }

  /** The list of people to choose from counts as viewing each of them. */
  const logList = (viewer: Viewer, review: Review, people: readonly Readonly<{ id: string }>[]) =>
    logLook(
      db,
      viewer,
      review,
      'the list of people, to write a finding',
      people.map(({ id }) => id),
      clock(),
    )
}
