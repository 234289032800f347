import { slugOf } from '#server/courses/authoring/text/glossary.ts'
import type {
  CourseVersion,
  GlossaryTerm,
  Heading,
  Lesson,
  Module,
} from '#server/courses/catalogue/catalogue.ts'
import type { LessonHref } from '#server/courses/catalogue/lesson-links.ts'

/** A term and its places in a course. */
type IndexEntry = Readonly<{
  word: string
  /** The main entry, if this is another form of its term. */
  see: string | undefined
  slug: string
  places: readonly Readonly<{ module: number; lesson: string; href: string; under: string | undefined }>[]
}>

type IndexLetter = Readonly<{ letter: string; entries: readonly IndexEntry[] }>

/**
 * The glossary terms that a course explains, from A to Z, each with the lessons that mark it or mention it in
 * a title or a heading. Other forms with a different beginning refer to their main entry.
 */
export function courseIndex(
  course: CourseVersion,
  glossary: readonly GlossaryTerm[],
  lessonHref: LessonHref,
): readonly IndexLetter[] {
  const entries = placesOf(course, glossary).flatMap(({ term, also, found }): IndexEntry[] => {
    const places = found.map(({ module, lesson, heading }) => {
      const href = lessonHref({ course, module: module.slug, lesson: lesson.slug, part: heading?.id })
      return { module: module.number, lesson: lesson.title, href, under: heading?.text }
    })
    if (places.length === 0) return []
    const slug = slugOf(term)
    const others = also
      .filter((form) => !sameBeginning(form, term) && !isPlural(form, also))
      .map((form) => ({ word: form, see: term, slug, places: [] }))
    return [{ word: term, see: undefined, slug, places }, ...others]
  })
  const byLetter = Map.groupBy(
    entries.sort((a, b) => a.word.localeCompare(b.word, 'en', { sensitivity: 'base' })),
    ({ word }) => word.charAt(0).toUpperCase(),
  )
  return [...byLetter].map(([letter, entries]) => ({ letter, entries }))
}

type Found = Readonly<{ module: Module; lesson: Lesson; heading: Heading | undefined }>

const kept = new WeakMap<CourseVersion, readonly (GlossaryTerm & Readonly<{ found: readonly Found[] }>)[]>()

/** Every term with the lessons that speak of it. Kept, because each takes a search through all titles and headings. */
function placesOf(course: CourseVersion, glossary: readonly GlossaryTerm[]) {
  const places =
    kept.get(course) ??
    glossary.map((entry) => {
      const names = [entry.term, ...entry.also].map(
        (form) => new RegExp(`(?<![\\p{L}])${escaped(form)}(?![\\p{L}])`, 'iu'),
      )
      const found = course.modules.flatMap((module) =>
        module.lessons.flatMap((lesson) => {
          const place = placeIn(lesson, entry.term, names)
          return place ? [{ module, lesson, heading: place.heading }] : []
        }),
      )
      return { ...entry, found }
    })
  kept.set(course, places)
  return places
}

/** Whether a lesson explains or mentions a term, and the first heading that does. */
function placeIn(
  lesson: Lesson,
  term: string,
  names: readonly RegExp[],
): Readonly<{ heading: Heading | undefined }> | null {
  const speaksOf = (text: string) => names.some((name) => name.test(text))
  const heading = lesson.headings.find(({ text }) => speaksOf(text))
  return lesson.terms.includes(term) || heading || speaksOf(lesson.title) ? { heading } : null
}

const isPlural = (form: string, others: readonly string[]) => others.some((other) => form === `${other}s`)

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** "navigators" is listed under "navigator"; "SEY" gets its own entry. */
const sameBeginning = (form: string, term: string) =>
  form.slice(0, 4).toLowerCase() === term.slice(0, 4).toLowerCase()
