import { Type } from 'typebox'
import { type Catalogue, lessonPath } from '#server/courses/catalogue/catalogue.ts'
import type { FindLessonHref } from '#server/courses/catalogue/lesson-links.ts'
import type { Database } from '#server/db/connection.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { pathOfOurs } from '#server/web/paths.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import {
  addBookmark,
  addHighlight,
  addNote,
  deleteHighlight,
  deleteNote,
  removeBookmark,
  removeWord,
  saveWord,
} from './own-marks.actions.ts'
import {
  type LessonAddress,
  listBookmarks,
  listHighlights,
  listNotes,
  listWords,
} from './own-marks.queries.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  lessonHref: FindLessonHref
  clock: () => Date
}>

/** Notes, highlights and bookmarks in lessons, and saved words. No one but their owner sees them. */
export async function ownMarkRoutes(app: App, { db, catalogue, lessonHref, clock }: Needs): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const slug = () => Type.String({ pattern: '^[a-z0-9-]{1,80}$' })
  const params = Type.Object({ course: slug(), module: slug(), lesson: slug() })

  app.get('/my-notes', { config: signedIn }, async (request, reply) => {
    const { id } = viewerOf(request)
    const [notes, highlights, bookmarks, words, href] = await Promise.all([
      listNotes(db, id),
      listHighlights(db, id),
      listBookmarks(db, id),
      listWords(db, id),
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
      title: 'Your notes and words',
      notes: notes.map(placed),
      highlights: highlights.map(placed),
      bookmarks: bookmarks.map(placed),
      // A word that has left the glossary is explained nowhere.
      words: words.flatMap((word) => catalogue.glossary.filter(({ slug }) => slug === word)),
    })
  })

  app.post(
    '/courses/:course/:module/:lesson/notes',
    { config: signedIn, schema: { params, body: form({ body: text(4000) }) } },
    async (request, reply) => {
      const lesson = known(request.params)
      const body = request.body.body.trim()
      if (body) await addNote(db, viewerOf(request).id, lesson, body, clock())
      return reply.redirect(notesOf(lesson), 303)
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
    '/courses/:course/:module/:lesson/highlights',
    {
      config: signedIn,
      schema: {
        params,
        body: form({
          paragraph: Type.Integer({ minimum: 0, maximum: 5000 }),
          start: Type.Integer({ minimum: 0, maximum: 100_000 }),
          quote: Type.String({ minLength: 1, maxLength: 1000 }),
        }),
      },
    },
    async (request, reply) => {
      const lesson = known(request.params)
      const { id } = viewerOf(request)
      await addHighlight(db, id, lesson, request.body, clock())
      if (request.headers['hx-request'] !== 'true') return reply.redirect(notesOf(lesson), 303)
      return reply.partial('learning/_highlights', { highlights: await listHighlights(db, id, lesson) })
    },
  )

  app.post(
    '/my-highlights/:highlight/deletion',
    {
      config: signedIn,
      schema: { params: Type.Object({ highlight: uuid() }), body: form({ from: Type.Optional(text(10)) }) },
    },
    async (request, reply) => {
      const lesson = await deleteHighlight(db, viewerOf(request).id, request.params.highlight)
      if (!lesson) return notFound()
      return reply.redirect(request.body.from === 'lesson' ? notesOf(lesson) : '/my-notes', 303)
    },
  )

  app.post(
    '/my-words',
    {
      config: signedIn,
      schema: {
        body: form({ word: text(100), keep: Type.Optional(text(5)), back: Type.Optional(text(2000)) }),
      },
    },
    async (request, reply) => {
      const { word, keep, back } = request.body
      const { id } = viewerOf(request)
      if (keep === 'no') await removeWord(db, id, word)
      else if (catalogue.glossary.some(({ slug }) => slug === word)) await saveWord(db, id, word, clock())
      else return notFound()
      if (request.headers['hx-request'] === 'true') return reply.status(204).send()
      return reply.redirect(pathOfOurs(back) ?? '/my-notes#words', 303)
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

  const notesOf = (lesson: LessonAddress) => `${hrefOf(lesson)}?ready=yes#notes`
  const hrefOf = ({ course, module, lesson }: LessonAddress) => lessonPath(course, module, lesson)
}
