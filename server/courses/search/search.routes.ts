import { Type } from 'typebox'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { escapeHtml } from '#server/courses/catalogue/escape.ts'
import type { FindLessonHref } from '#server/courses/catalogue/lesson-links.ts'
import { keptResources } from '#server/courses/resources/resource-list.ts'
import { findNewestRecord, listResourceRecords } from '#server/courses/resources/resources.queries.ts'
import type { Database } from '#server/db/connection.ts'
import { type App, text } from '#server/web/routes.ts'
import { fillSearch } from './search.actions.ts'
import { findSimilarWords, findTexts } from './search.queries.ts'
import { searchTexts } from './search-texts.ts'

type Needs = Readonly<{ db: Database; catalogue: Catalogue; lessonHref: FindLessonHref }>

/** Finds lessons, words, job aids and support by what they say, with a guess at misspelled words. */
export async function searchRoutes(app: App, { db, catalogue, lessonHref }: Needs): Promise<void> {
  // The texts are a copy of the course files and the resources, so a search checks that it is fresh where this process
  // has not filled it yet, or a resource was changed since.
  let filled: Readonly<{ at: string; done: Promise<void> }> | null = null

  function fill(at: string): Promise<void> {
    if (filled?.at === at) return filled.done
    const done = listResourceRecords(db)
      .then((records) => fillSearch(db, searchTexts(catalogue, keptResources(catalogue.resources, records))))
      .catch((error) => {
        filled = null
        throw error
      })
    filled = { at, done }
    return done
  }

  app.get(
    '/search',
    { config: { policy: 'public' }, schema: { querystring: Type.Object({ q: Type.Optional(text(200)) }) } },
    async (request, reply) => {
      const asked = (request.query.q ?? '').trim()
      if (!asked) return reply.page('courses/search', { title: 'Search', asked, meant: null, found: [] })
      await fill(await findNewestRecord(db))
      const { found, meant } = await findOrGuess(asked, request.viewer !== null)
      const href = await lessonHref(request.viewer)
      return reply.page('courses/search', {
        title: `Search: ${asked}`,
        asked,
        meant,
        found: found.map(({ course, module, lesson, ...one }) => {
          const text = course ? catalogue.courses.get(course)?.current : undefined
          return {
            ...one,
            courseTitle: text?.shortTitle ?? null,
            href: text && module && lesson ? href({ course: text, module, lesson }) : one.href,
            excerpt: excerptHtml(one),
          }
        }),
      })
    },
  )

  /** What has every word; if nothing does, what has the words that were probably meant, or at least one of them. */
  async function findOrGuess(asked: string, isSignedIn: boolean) {
    const found = await findTexts(db, asked, isSignedIn)
    if (found.length > 0) return { found, meant: null }
    const similar = await findSimilarWords(db, wordsIn(asked))
    const meant = asked.toLowerCase().replaceAll(/[a-z]{4,}/g, (word) => similar.get(word) ?? word)
    for (const guess of [meant, wordsIn(meant).join(' or ')]) {
      const guessed = guess === asked ? [] : await findTexts(db, guess, isSignedIn)
      if (guessed.length > 0) return { found: guessed, meant: guess }
    }
    return { found, meant: null }
  }
}

/** A text that goes on after its excerpt says so. */
function excerptHtml({ excerpt, ending }: Readonly<{ excerpt: string; ending: string }>): string {
  const isWhole = excerpt.replaceAll(/[«»]/g, '').trimEnd().endsWith(ending.trim())
  const html = escapeHtml(isWhole ? excerpt : `${excerpt} …`)
  return html.replaceAll('«', '<mark>').replaceAll('»', '</mark>')
}

const wordsIn = (asked: string): readonly string[] => asked.toLowerCase().match(/[a-z]{4,}/g) ?? []
