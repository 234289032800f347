import { Type } from 'typebox'
import { type Catalogue, lessonPath } from '#server/courses/catalogue/catalogue.ts'
import type { FindLessonHref } from '#server/courses/catalogue/lesson-links.ts'
import type { Database } from '#server/db/connection.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { addBookmark, addNote, deleteNote, removeBookmark } from './own-marks.actions.ts'
import { type LessonAddress, listBookmarks, listNotes } from './own-marks.queries.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  lessonHref: FindLessonHref
  clock: () => Date
}>

/** Notes and bookmarks in lessons. No one but their writer sees them. */
export async function ownMarkRoutes(app: App, { db, catalogue, lessonHref, clock }: Needs): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const slug = () => Type.String({ pattern: '^[a-z0-9-]{1,80}$' })
  const params = Type.Object({ course: slug(), module: slug(), lesson: slug() })

  app.get('/my-notes', { config: signedIn }, async (request, reply) => {
    const { id } = viewerOf(request)
    const [notes, bookmarks, href] = await Promise.all([
      listNotes(db, id),
      listBookmarks(db, id),
      lessonHref(request.viewer),
    ])
    const placed = <T extends LessonAddress>(one: T) => {
      const course = catalogue.courses.get(one.course)?.current
      const module = course?.modules.find(({ slug }) => slug === one.module)
      const lesson = module?.lessons.find(({ slug }) => slug === one.lesson)
      return {
        ...one,
        title: lesson?.title ?? 'A lesson that is no longer in the course',
        courseTitle: course?.shortTitle ?? one.course,
        href: course && lesson ? href({ course, module: one.module, lesson: one.lesson }) : null,
      }
    }
    return reply.page('learning/my-notes', {
      title: 'Your notes and bookmarks',
      notes: notes.map(placed),
      bookmarks: bookmarks.map(placed),
    })
  })

  app.post(
    '/courses/:course/:module/:lesson/notes',
    { config: signedIn, schema: { params, body: form({ body: text(4000) }) } },
    async (request, reply) => {
      const lesson = known(request.params)
      const body = request.body.body.trim()
      if (body) await addNote(db, viewerOf(request).id, lesson, body, clock())
      return reply.redirect(`${hrefOf(lesson)}?ready=yes#notes`, 303)
    },
  )

  app.post(
    '/my-notes/:note/deletion',
    { config: signedIn, schema: { params: Type.Object({ note: uuid() }) } },
    async (request, reply) => {
      if (!(await deleteNote(db, viewerOf(request).id, request.params.note))) return notFound()
      return reply.redirect('/my-notes', 303)
    },
  )

  app.post(
    '/courses/:course/:module/:lesson/bookmark',
    { config: signedIn, schema: { params, body: form({ keep: text(5) }) } },
    async (request, reply) => {
      const lesson = known(request.params)
      const { id } = viewerOf(request)
      if (request.body.keep === 'yes') await addBookmark(db, id, lesson, clock())
      else await removeBookmark(db, id, lesson)
      return reply.redirect(`${hrefOf(lesson)}?ready=yes`, 303)
    },
  )

  /** A lesson of any version of the course. */
  function known({ course, module, lesson }: LessonAddress): LessonAddress {
    const versions = [...(catalogue.courses.get(course)?.versions.values() ?? [])]
    const isThere = versions.some(({ modules }) =>
      modules.some(({ slug, lessons }) => slug === module && lessons.some((one) => one.slug === lesson)),
    )
    return isThere ? { course, module, lesson } : notFound()
  }

  const hrefOf = ({ course, module, lesson }: LessonAddress) => lessonPath(course, module, lesson)
}
