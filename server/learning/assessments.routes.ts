import { Type } from 'typebox'
import type { Catalogue, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { doneOf } from '#server/learning/progress/done.ts'
import { placePath } from '#server/learning/progress/paths.ts'
import { isAssessmentOpen, lessonsLeft, nextPlace } from '#server/learning/progress/progress.ts'
import { type Enrollment, listAttempts } from '#server/learning/progress/queries.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { App } from '#server/web/routes.ts'
import { lessonsAgain, retakeOf } from './attempt-page.ts'
import { startAttempt } from './attempts.actions.ts'
import { findEngagement } from './engagement.actions.ts'
import { hurriedLessons, paceOf } from './engagement.ts'
import { coursePath, takings } from './taking.ts'

type Needs = Readonly<{ db: Database; catalogue: Catalogue; offered: FindOffered; clock: () => Date }>

/** The page before a module's questions, and the start of an attempt. Attempts are in attempts.routes.ts. */
export async function assessmentRoutes(app: App, { db, catalogue, offered, clock }: Needs): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const { moduleOf } = takings(db, catalogue, offered)
  const slug = () => Type.String({ pattern: '^[a-z0-9-]{1,80}$' })
  const moduleParams = Type.Object({ course: slug(), module: slug() })

  app.get(
    '/courses/:course/:module/assessment',
    { config: signedIn, schema: { params: moduleParams } },
    async (request, reply) => {
      const taking = await moduleOf(viewerOf(request), request.params)
      if (!taking) return reply.redirect(coursePath(request.params), 303)
      const { course, enrollment, module } = taking
      const done = doneOf(enrollment)
      if (!done.passed.has(module.slug) && !isAssessmentOpen(course, done, module.slug)) {
        const left = lessonsLeft(course, done, module.slug)
        return reply.page('learning/not-yet', {
          title: `Questions on module ${module.number}`,
          course,
          module,
          left: module.lessons.filter((lesson) => left.includes(lesson.slug)),
        })
      }
      const attempts = await listAttempts(db, enrollment.id, module.slug)
      return reply.page('learning/assessment', {
        title: `Questions on module ${module.number}`,
        course,
        module,
        attempts,
        isPassed: done.passed.has(module.slug),
        ...retakeOf(course, attempts, clock()),
        again: lessonsAgain(course, module, attempts),
        hurried: await hurriedIn(enrollment, course),
        next: placePath(course, nextPlace(course, done)),
      })
    },
  )

  app.post(
    '/courses/:course/:module/assessment',
    { config: signedIn, schema: { params: moduleParams } },
    async (request, reply) => {
      const taking = await moduleOf(viewerOf(request), request.params)
      if (!taking) return reply.redirect(coursePath(request.params), 303)
      const { course, enrollment, module } = taking
      const attempt = await startAttempt(db, viewerOf(request), enrollment.id, course, module, clock())
      if (!attempt) return reply.redirect(`/courses/${course.slug}/${module.slug}/assessment`, 303)
      return reply.redirect(`/attempts/${attempt}`, 303)
    },
  )

  /** Lessons that were open for so short a time that the completion would be marked as fast. Empty if it would not be. */
  async function hurriedIn(enrollment: Enrollment, course: CourseVersion) {
    const evidence = await findEngagement(db, enrollment, course)
    if (!paceOf({ ...evidence, attempts: [] }, course.engagement).isFast) return []
    return hurriedLessons(evidence, course.engagement).map(({ key, title }) => ({
      title,
      href: `/courses/${course.slug}/${key}`,
    }))
  }
}
