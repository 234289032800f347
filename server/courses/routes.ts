import type { Database } from '#server/db/connection.ts'
import type { App } from '#server/web/routes.ts'
import type { Catalogue } from './catalogue.ts'
import { listApprovals } from './queries.ts'

type Needs = Readonly<{ db: Database; catalogue: Catalogue }>

/** What anybody may read: the courses there are, the words they use, and where to turn for support. */
export async function courseRoutes(app: App, { db, catalogue }: Needs): Promise<void> {
  app.get('/courses', { config: { policy: 'public' } }, async (_request, reply) => {
    const approvals = await listApprovals(db)
    const courses = [...catalogue.courses.values()].map((course) => ({
      ...course.current,
      approval: approvals.find((one) => one.content_hash === course.current.hash) ?? null,
    }))
    return reply.page('courses/catalogue', { title: 'Courses', courses })
  })

  app.get('/support', { config: { policy: 'public' } }, async (request, reply) =>
    reply.page('courses/support', {
      title: 'Support',
      lines: catalogue.support,
      back: backPath(request.headers.referer),
    }),
  )

  app.get('/glossary', { config: { policy: 'public' } }, async (_request, reply) =>
    reply.page('courses/glossary', { title: 'Words used in the courses', terms: catalogue.glossary }),
  )
}

/** The page of ours that the reader came from, to go back to the very spot. */
function backPath(referer: string | undefined): string | null {
  if (!referer || !URL.canParse(referer)) return null
  const { pathname, search } = new URL(referer)
  return pathname === '/support' ? null : pathname + search
}
