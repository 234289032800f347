import { Type } from 'typebox'
import type { Issuer } from '#server/certificates/certificates/issuing.actions.ts'
import type { Catalogue, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { findAttemptOf, listAttempts } from '#server/learning/progress/queries.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, uuid } from '#server/web/routes.ts'
import { questionPage, resultPage } from './attempt-page.ts'
import { answerQuestion } from './attempts.actions.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  offered: FindOffered
  clock: () => Date
  config: Issuer
  afterChange: AfterChange
}>

/** A module's assessment: one question per page, then the result. */
export async function attemptRoutes(
  app: App,
  { db, catalogue, offered, clock, config, afterChange }: Needs,
): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const params = Type.Object({ attempt: uuid() })
  const findCourse = (course: string, version: string): CourseVersion | null =>
    catalogue.courses.get(course)?.versions.get(version) ?? null
  const answering = { issuer: config, findCourse, afterChange }

  app.get('/attempts/:attempt', { config: signedIn, schema: { params } }, async (request, reply) => {
    const { attempt, course, module } = await attemptOf(viewerOf(request).id, request.params.attempt)
    if (attempt.result) {
      const attempts = await listAttempts(db, attempt.enrollment_id, module.slug)
      const page = resultPage(course, module, attempt, attempts, await offered(), clock())
      return reply.page('learning/result', page)
    }
    return reply.page('learning/question', questionPage(course, module, attempt, null))
  })

  app.post(
    '/attempts/:attempt/answers',
    {
      // An answer's primary key decides: the same form sent again finds it answered, and leads to the same page.
      config: { ...signedIn, isRepeatable: true },
      schema: {
        params,
        body: Type.Record(Type.String({ maxLength: 80 }), Type.Unknown(), { maxProperties: 60 }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const id = request.params.attempt
      const result = await answerQuestion(db, answering, viewer, id, request.body, clock())
      if (result.kind === 'absent') return notFound()
      if (result.kind === 'empty') {
        const { attempt, course, module } = await attemptOf(viewer.id, id)
        return reply
          .status(422)
          .page('learning/question', questionPage(course, module, attempt, result.message))
      }
      return reply.redirect(`/attempts/${id}`, 303)
    },
  )

  async function attemptOf(personId: string, id: string) {
    const attempt = (await findAttemptOf(db, personId, id)) ?? notFound()
    const course = findCourse(attempt.course, attempt.version) ?? notFound()
    const module = course.modules.find((one) => one.slug === attempt.module) ?? notFound()
    return { attempt, course, module }
  }
}
