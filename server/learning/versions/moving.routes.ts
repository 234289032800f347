import { Type } from 'typebox'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import type { App } from '#server/web/routes.ts'
import { moveToCurrent } from './moving.actions.ts'

type Needs = Readonly<{ db: Database; offered: FindOffered; clock: () => Date }>

/** A learner changes to the current version of a course. */
export async function movingRoutes(app: App, { db, offered, clock }: Needs): Promise<void> {
  app.post(
    '/courses/:course/version',
    {
      config: { policy: 'signed-in' },
      schema: { params: Type.Object({ course: Type.String({ pattern: '^[a-z0-9-]{1,80}$' }) }) },
    },
    async (request, reply) => {
      const { catalogue } = await offered()
      const course = catalogue.courses.get(request.params.course) ?? notFound()
      await moveToCurrent(db, viewerOf(request), course, clock())
      return reply.redirect(`/courses/${course.slug}`, 303)
    },
  )
}
