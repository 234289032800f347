import { Type } from 'typebox'
import { coverageOf } from '#server/courses/authoring/coverage.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { SupportLine } from '#server/courses/catalogue/course-parts.ts'
import type { FindLessonHref } from '#server/courses/catalogue/lesson-links.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { findDataNotice } from '#server/people/data-notices/data-notice.queries.ts'
import { notFound } from '#server/web/errors.ts'
import { pathOfOurs } from '#server/web/paths.ts'
import { type App, text } from '#server/web/routes.ts'
import { courseIndex } from './course-index.ts'
import { sourcesPage } from './sources-page.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  offered: FindOffered
  lessonHref: FindLessonHref
  /** The installation's own support lines, which come first. */
  ownLines: () => readonly SupportLine[]
}>

/** Public pages: glossary, sources and support. */
export async function courseRoutes(
  app: App,
  { db, catalogue, offered, lessonHref, ownLines }: Needs,
): Promise<void> {
  const open = { policy: 'public' } as const

  app.get(
    '/support',
    { config: open, schema: { querystring: Type.Object({ back: Type.Optional(text(2000)) }) } },
    async (request, reply) => {
      const back = pathOfOurs(request.query.back)
      return reply.page('courses/support', {
        title: 'Support',
        lines: [...ownLines(), ...catalogue.support],
        back,
      })
    },
  )

  app.get(
    '/pause',
    { config: open, schema: { querystring: Type.Object({ back: Type.Optional(text(2000)) }) } },
    async (request, reply) =>
      reply.page('courses/pause', {
        title: 'You are paused',
        lines: [...ownLines(), ...catalogue.support],
        back: pathOfOurs(request.query.back),
      }),
  )

  app.get('/glossary', { config: open }, async (_request, reply) => {
    const indexes = [...catalogue.courses.values()].map(({ slug, current }) => ({
      title: current.shortTitle,
      href: `/courses/${slug}/index`,
    }))
    return reply.page('courses/glossary', {
      title: 'Glossary',
      terms: catalogue.glossary,
      indexes,
    })
  })

  app.get(
    '/courses/:course/index',
    {
      config: open,
      schema: { params: Type.Object({ course: Type.String({ pattern: '^[a-z0-9-]{1,80}$' }) }) },
    },
    async (request, reply) => {
      const known = (await offered()).catalogue.courses.get(request.params.course) ?? notFound()
      const course = known.current
      const letters = courseIndex(course, catalogue.glossary, await lessonHref(request.viewer))
      return reply.page('courses/course-index', { title: `Index: ${course.shortTitle}`, course, letters })
    },
  )

  app.get('/courses/coverage', { config: open }, async (_request, reply) => {
    const texts = [...catalogue.courses.values()].map(({ current }) => current)
    return reply.page('courses/coverage', {
      title: 'Topic coverage',
      groups: coverageOf(catalogue.coverage, texts, catalogue.jobAids),
    })
  })

  app.get(
    '/sources',
    { config: open, schema: { querystring: Type.Object({ q: Type.Optional(text(100)) }) } },
    async (request, reply) =>
      reply.page(
        'courses/sources',
        sourcesPage(catalogue.register.sources.values(), (request.query.q ?? '').trim()),
      ),
  )

  app.get('/privacy', { config: open }, async (_request, reply) =>
    reply.page('courses/privacy', {
      title: 'Privacy',
      hasNotice: (await findDataNotice(db)) !== undefined,
    }),
  )

  app.get('/accessibility', { config: open }, async (_request, reply) =>
    reply.page('courses/accessibility', { title: 'Accessibility' }),
  )
}
