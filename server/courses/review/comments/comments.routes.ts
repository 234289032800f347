import { Type } from 'typebox'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { commentsPage, lessonOf, shows, threadPage } from './comment-pages.ts'
import { assignThread, endThread, replyInThread } from './comments.actions.ts'
import { findThread, listReviewers, listThreadEvents, listThreads, type Thread } from './comments.queries.ts'

type Needs = Readonly<{ db: Database; catalogue: Catalogue; clock: () => Date }>

/** Reviewers' comments as threads: found by filter, assigned to a reviewer, resolved with a reason and reopened. */
export async function commentRoutes(app: App, { db, catalogue, clock }: Needs): Promise<void> {
  const config = { policy: ['reviewer'] } as const
  const params = Type.Object({ comment: uuid() })
  const pathOf = ({ id }: Pick<Thread, 'id'>) => `/review/comments/${id}`

  app.get(
    '/review/comments',
    {
      config,
      schema: {
        querystring: Type.Object({
          show: Type.Optional(Type.Union(shows.map(({ value }) => Type.Literal(value)))),
          course: Type.Optional(text(80)),
          lesson: Type.Optional(text(200)),
        }),
      },
    },
    async (request, reply) => {
      const { show = 'open', course = '', lesson = '' } = request.query
      const threads = await listThreads(db, course || null)
      const page = commentsPage(catalogue, threads, { show, course, lesson }, viewerOf(request))
      return reply.page('courses/review/comments', page)
    },
  )

  app.get('/review/comments/:comment', { config, schema: { params } }, async (request, reply) =>
    reply.page('courses/review/comment', await pageOf(await threadOf(request.params.comment), {}, [])),
  )

  app.post(
    '/review/comments/:comment/replies',
    { config, schema: { params, body: form({ body: text(4000) }) } },
    async (request, reply) => {
      const thread = await threadOf(request.params.comment)
      const body = request.body.body.trim()
      if (body === '') {
        const errors = [{ field: 'body', message: 'Enter a comment.' }]
        return reply.status(422).page('courses/review/comment', await pageOf(thread, {}, errors))
      }
      await replyInThread(db, viewerOf(request), thread, body, clock())
      return reply.redirect(pathOf(thread), 303)
    },
  )

  app.post(
    '/review/comments/:comment/assignment',
    { config, schema: { params, body: form({ assigned_to: text(36) }) } },
    async (request, reply) => {
      const thread = await threadOf(request.params.comment)
      const { assigned_to } = request.body
      const lesson = lessonOf(catalogue, thread).title
      if (await assignThread(db, viewerOf(request), thread, { assigned_to, lesson }, clock()))
        return reply.redirect(pathOf(thread), 303)
      const message = thread.is_resolved
        ? 'This comment is resolved. Reopen it first.'
        : 'Choose a reviewer from the list.'
      const errors = [{ field: 'assigned_to', message }]
      return reply.status(422).page('courses/review/comment', await pageOf(thread, request.body, errors))
    },
  )

  for (const [address, act, missing] of [
    ['resolution', 'resolved', 'Enter what was done, or why nothing has to change.'],
    ['reopening', 'reopened', 'Enter why you reopen it.'],
  ] as const)
    app.post(
      `/review/comments/:comment/${address}`,
      { config, schema: { params, body: form({ reason: text(2000) }) } },
      async (request, reply) => {
        const thread = await threadOf(request.params.comment)
        const reason = request.body.reason.trim()
        if (reason === '') {
          const errors = [{ field: 'reason', message: missing }]
          return reply.status(422).page('courses/review/comment', await pageOf(thread, {}, errors))
        }
        await endThread(db, viewerOf(request), thread, { act, reason }, clock())
        return reply.redirect(pathOf(thread), 303)
      },
    )

  async function threadOf(comment: string) {
    return (await findThread(db, comment)) ?? notFound()
  }

  async function pageOf(
    thread: Thread,
    typed: Readonly<Record<string, string>>,
    errors: readonly FieldError[],
  ) {
    const [events, reviewers] = await Promise.all([listThreadEvents(db, thread), listReviewers(db)])
    return { ...threadPage(catalogue, thread, reviewers), events, typed, errors }
  }
}
