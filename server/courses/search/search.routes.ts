import { Type } from 'typebox'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { escapeHtml } from '#server/courses/catalogue/escape.ts'
import type { FindLessonHref } from '#server/courses/catalogue/lesson-links.ts'
import type { Database } from '#server/db/connection.ts'
import { type App, text } from '#server/web/routes.ts'
import { fillSearch } from './search.actions.ts'
import { findSimilarWords, findTexts } from './search.queries.ts'
import { searchTexts } from './search-texts.ts'

type Needs = Readonly<{ db: Database; catalogue: Catalogue; lessonHref: FindLessonHref }>

/** Finds lessons, words, job aids and support by what they say, with a guess at misspelled words. */
export async function searchRoutes(app: App, { db, catalogue, lessonHref }: Needs): Promise<void> {
  // The texts are a copy of the course files, so the first search of a process checks that it is fresh.
  let filled: Promise<void> | null = null

  app.get(
    '/search',
    { config: { policy: 'public' }, schema: { querystring: Type.Object({ q: Type.Optional(text(200)) }) } },
    async (request, reply) => {
      const asked = (request.query.q ?? '').trim()
      if (!asked) return reply.page('courses/search', { title: 'Search', asked, meant: null, found: [] })
      filled ??= fillSearch(db, searchTexts(catalogue)).catch((error) => {
        filled = null
        throw error
      })
      await filled
      const isSignedIn = request.viewer !== null
      let found = await findTexts(db, asked, isSignedIn)
      let meant: string | null = null
      if (found.length === 0) {
        const similar = await findSimilarWords(db, wordsIn(asked))
        if (similar.size > 0) {
          meant = asked.toLowerCase().replaceAll(/[a-z]{4,}/g, (word) => similar.get(word) ?? word)
          found = await findTexts(db, meant, isSignedIn)
        }
      }
      const href = await lessonHref(request.viewer)
      return reply.page('courses/search', {
        title: `Search: ${asked}`,
        asked,
        meant: found.length > 0 ? meant : null,
        found: found.map(({ course, module, lesson, ...one }) => {
          const text = course ? catalogue.courses.get(course)?.current : undefined
          return {
            ...one,
            courseTitle: text?.shortTitle ?? null,
            href: text && module && lesson ? href({ course: text, module, lesson }) : one.href,
            excerpt: escapeHtml(one.excerpt).replaceAll('«', '<mark>').replaceAll('»', '</mark>'),
          }
        }),
      })
    },
  )
}

const wordsIn = (asked: string): readonly string[] => asked.toLowerCase().match(/[a-z]{4,}/g) ?? []
