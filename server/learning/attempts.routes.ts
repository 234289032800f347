import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Issuer } from '#server/certificates/certificates/issuing.actions.ts'
import { findCertificateOfCompletion } from '#server/certificates/certificates/queries.ts'
import type { Catalogue, CourseVersion, Module } from '#server/courses/catalogue/catalogue.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { wantsAfterCare } from '#server/learning/after-care/after-care.queries.ts'
import {
  type Attempt,
  attemptAlongside,
  attemptFrom,
  findEnrollment,
  listAttempts,
} from '#server/learning/progress/queries.ts'
import { dayOf } from '#server/lib/days.ts'
import { isUuid } from '#server/lib/uuids.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text, uuid } from '#server/web/routes.ts'
import { questionPage, resultPage } from './attempt-page.ts'
import { answerQuestion } from './attempts.actions.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  offered: FindOffered
  clock: () => Date
  config: Issuer
  afterChange: AfterChange
  /** What this person's training is good for today, in sentences. */
  countsFor: (personId: string) => Promise<readonly string[]>
}>

/** A module's assessment: one question per page, then the result. */
export async function attemptRoutes(
  app: App,
  { db, catalogue, offered, clock, config, afterChange, countsFor }: Needs,
): Promise<void> {
  // The attempt is read with the session.
  const inAttempt = { policy: 'signed-in', alongside: takingAlongside } as const
  const params = Type.Object({ attempt: uuid() })
  const findCourse = (course: string, version: string): CourseVersion | null =>
    catalogue.courses.get(course)?.versions.get(version) ?? null
  const answering = { issuer: config, findCourse, afterChange }

  app.get(
    '/attempts/:attempt',
    {
      config: inAttempt,
      schema: {
        params,
        querystring: Type.Object({ earlier: Type.Optional(text(5)), answers: Type.Optional(text(5)) }),
      },
    },
    async (request, reply) => {
      const { attempt, course, module } = attemptOn(request)
      if (attempt.result) {
        const completion =
          request.query.answers === 'yes' ? null : await completionAt(attempt, course, module)
        if (completion)
          return reply.page('learning/finished', {
            title: 'Course done',
            course,
            ...completion,
            counts: await countsFor(viewerOf(request).id),
            hasAfterCare: await wantsAfterCare(db, viewerOf(request).id),
            pageHref: `/attempts/${attempt.id}`,
            cannotCount: (await offered()).cannotCount(course, attempt.was_approved),
            resultHref: `/attempts/${attempt.id}?answers=yes`,
          })
        const attempts = await listAttempts(db, attempt.enrollment_id, module.slug)
        const page = resultPage(course, module, attempt, attempts, await offered(), clock())
        return reply.page('learning/result', page)
      }
      return reply.page('learning/question', {
        ...questionPage(course, module, attempt, null),
        isEarlier: request.query.earlier === 'yes',
      })
    },
  )

  app.post(
    '/attempts/:attempt/answers',
    {
      // An answer's primary key decides: the same form sent again finds it answered, and leads to the same page.
      config: { ...inAttempt, isRepeatable: true },
      schema: {
        params,
        body: Type.Record(Type.String({ maxLength: 80 }), Type.Unknown(), { maxProperties: 60 }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const id = request.params.attempt
      const result = await answerQuestion(
        db,
        answering,
        viewer,
        attemptFrom(request.alongside),
        request.body,
        clock(),
      )
      if (result.kind === 'absent') return notFound()
      if (result.kind === 'empty') {
        const { attempt, course, module } = attemptOn(request)
        return reply
          .status(422)
          .page('learning/question', questionPage(course, module, attempt, request.body))
      }
      // A second tab, or Back: the answer that was sent first counts.
      return reply.redirect(`/attempts/${id}${result.kind === 'stale' ? '?earlier=yes' : ''}`, 303)
    },
  )

  /** What the last answer of a course completed, or null if this attempt did not complete it. */
  async function completionAt(attempt: Attempt, course: CourseVersion, module: Module) {
    if (!attempt.result?.is_passed || course.modules.at(-1) !== module) return null
    const enrollment = await findEnrollment(db, attempt.person_id, course.slug)
    if (enrollment?.id !== attempt.enrollment_id || !enrollment.completion_id) return null
    return {
      certificate: await findCertificateOfCompletion(db, enrollment.completion_id),
      lessons: enrollment.finished.length,
      startedOn: dayOf(enrollment.started_at),
      completedOn: enrollment.completed_on,
    }
  }

  function attemptOn({ alongside }: FastifyRequest) {
    const attempt = attemptFrom(alongside) ?? notFound()
    const course = findCourse(attempt.course, attempt.version) ?? notFound()
    const module = course.modules.find((one) => one.slug === attempt.module) ?? notFound()
    return { attempt, course, module }
  }
}

const takingAlongside = ({ attempt }: Readonly<Record<string, string>>) =>
  isUuid(attempt!) ? attemptAlongside(attempt!) : null
