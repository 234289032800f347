import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

type FoundText = Readonly<{
  kind: string
  title: string
  href: string
  course: string | null
  module: string | null
  lesson: string | null
  /** Around the words that were looked for, which are between « and ». */
  excerpt: string
  /** How the whole text ends. */
  ending: string
}>

/** The best matches first. Lessons are only for people who are signed in. */
export async function findTexts(
  db: Kysely<DB>,
  words: string,
  isSignedIn: boolean,
): Promise<readonly FoundText[]> {
  const { rows } = await sql<FoundText>`
    select kind, title, href, course, module, lesson,
      ts_headline('english', body, query, 'StartSel=«, StopSel=», MaxFragments=2, MaxWords=24, MinWords=10, FragmentDelimiter=" … "') as excerpt,
      right(body, 10) as ending
    from search_texts, websearch_to_tsquery('english', ${words}) query
    where words @@ query and (${isSignedIn}::boolean or kind <> 'Lesson')
    order by ts_rank(words, query) desc, title limit 30`.execute(db)
  return rows
}

/** The words of a search that no text has, each with the most similar word that one has. Empty without pg_trgm. */
export async function findSimilarWords(
  db: Kysely<DB>,
  words: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows: there } = await sql`select from pg_extension where extname = 'pg_trgm'`.execute(db)
  if (there.length === 0 || words.length === 0) return new Map()
  const { rows } = await sql<{ word: string; similar: string }>`
    select t.word, s.word as similar from unnest(${[...words]}::text[]) as t(word)
    join lateral (select w.word from search_words w where similarity(w.word, t.word) > 0.3
      order by similarity(w.word, t.word) desc, w.word limit 1) s on true
    where not exists (select from search_words w where w.word = t.word)`.execute(db)
  return new Map(rows.map(({ word, similar }) => [word, similar]))
}
