import { Type } from 'typebox'
import { type Catalogue, lessonPath } from '#server/courses/catalogue/catalogue.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { doneOf } from '#server/learning/progress/done.ts'
import { isModuleOpen } from '#server/learning/progress/progress.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { Assets } from '#server/web/assets.ts'
import { notFound } from '#server/web/errors.ts'
import type { App } from '#server/web/routes.ts'
import { sceneFile } from '#server/web/scenes.ts'
import { takings } from './taking.ts'

type Needs = Readonly<{ db: Database; catalogue: Catalogue; offered: FindOffered; assets: Assets }>

/** The files that the pages of lessons need. */
const lessonAssets = [
  ...['styles.css', 'favicon.svg', 'site.js', 'offline.js', 'htmx.js', 'arrange.js'],
  ...['lesson-place.js', 'lesson-terms.js', 'read-aloud.js', 'highlights.js'],
  ...['public-sans-latin-400-normal.woff2', 'public-sans-latin-400-italic.woff2'],
  ...['public-sans-latin-700-normal.woff2', 'source-serif-4-latin-400-normal.woff2'],
]

/** What a device fetches to keep a module's lessons. Its questions are not among them: they need a connection. */
export async function offlineRoutes(app: App, { db, catalogue, offered, assets }: Needs): Promise<void> {
  const { moduleOf } = takings(db, catalogue, offered)
  const slug = () => Type.String({ pattern: '^[a-z0-9-]{1,80}$' })

  app.get(
    '/courses/:course/:module/offline',
    {
      config: { policy: 'signed-in' },
      schema: { params: Type.Object({ course: slug(), module: slug() }) },
    },
    async (request) => {
      const { course, module, enrollment } = (await moduleOf(viewerOf(request), request.params)) ?? notFound()
      if (!isModuleOpen(course, doneOf(enrollment), module.slug)) return notFound()
      const pages = module.lessons.flatMap((lesson) => {
        const path = lessonPath(course.slug, module.slug, lesson.slug)
        const page = { path, from: `${path}?kept=yes` }
        const stops = lesson.contentNoteLevel === 'stop' && lesson.contentNote
        return stops ? [page, { path: `${path}?ready=yes`, from: `${path}?kept=yes&ready=yes` }] : [page]
      })
      // The first lesson opens with the module's scene.
      const files = [...lessonAssets, sceneFile(`module-${module.number}`)]
      return { title: module.title, pages, files: files.map(assets.asset) }
    },
  )
}
