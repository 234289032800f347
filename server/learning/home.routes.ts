import type { Catalogue } from '#server/courses/catalogue.ts'
import { listApprovals } from '#server/courses/queries.ts'
import type { Database } from '#server/db/connection.ts'
import type { App } from '#server/web/routes.ts'
import { homePage } from './home-page.ts'
import { listCompletions, listEnrollments } from './queries.ts'

type Needs = Readonly<{ db: Database; catalogue: Catalogue }>

/** The first page: for a visitor what this is, for a learner what to do next. */
export async function homeRoutes(app: App, { db, catalogue }: Needs): Promise<void> {
  app.get('/', { config: { policy: 'public' } }, async (request, reply) => {
    const { viewer } = request
    if (!viewer) return reply.page('learning/welcome', { title: 'Welcome' })
    const [enrollments, completions, approvals] = await Promise.all([
      listEnrollments(db, viewer.id),
      listCompletions(db, viewer.id),
      listApprovals(db),
    ])
    return reply.page('learning/home', homePage(catalogue, viewer, enrollments, completions, approvals))
  })
}
