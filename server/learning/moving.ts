import { compareVersions } from '#server/courses/authoring/versions.ts'
import type { Course, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import { changesBetween, type TextOutline } from '#server/courses/catalogue/version-changes.ts'
import { type Done, lessonKey } from './progress.ts'
import type { Enrollment } from './queries.ts'

/** What a move to another text keeps: lessons that are the same, and modules of which nothing changed. */
export type Kept = Readonly<{ lessons: readonly string[]; modules: readonly string[] }>

/** Without an outline of the text that was begun nothing is known to be the same, so nothing is kept. */
export function keptOf(before: TextOutline | null, after: TextOutline, done: Done): Kept {
  if (!before) return { lessons: [], modules: [] }
  const { lessons, pools } = changesBetween(before, after)
  const changed = new Set(lessons.map(({ module, lesson }) => lessonKey(module, lesson)))
  const restless = new Set([...lessons, ...pools].map(({ module }) => module))
  const there = new Set(
    after.modules.flatMap((module) => module.lessons.map((lesson) => lessonKey(module.slug, lesson.slug))),
  )
  return {
    lessons: [...done.finished].filter((key) => there.has(key) && !changed.has(key)),
    modules: after.modules
      .filter(({ slug }) => done.passed.has(slug) && !restless.has(slug))
      .map(({ slug }) => slug),
  }
}

/** How the text that someone is taking relates to the one that people begin today. */
export type TextState =
  /** It is the same. */
  | 'current'
  /** A newer version is out; theirs is kept, and can be finished. */
  | 'older'
  /** Theirs is not approved, and an older version that is approved is the one that counts. */
  | 'not approved'
  /** It was not published yet, and has been edited since under the same number. */
  | 'edited'
  /** Its files are not here any more: it cannot be gone on with. */
  | 'gone'

export function textState(course: Course, taken: Pick<Enrollment, 'version' | 'content_hash'>): TextState {
  const text = course.versions.get(taken.version)
  if (!text) return 'gone'
  if (text.hash !== taken.content_hash) return 'edited'
  if (text.hash === course.current.hash) return 'current'
  return compareVersions(taken.version, course.current.version) > 0 ? 'not approved' : 'older'
}

/** The text to go on with; null where it is gone. */
export const takenText = (course: Course, taken: Pick<Enrollment, 'version'>): CourseVersion | null =>
  course.versions.get(taken.version) ?? null

/** The choice that the course's page gives to somebody whose text is not today's. */
export type MoveOffer = Readonly<{
  state: Exclude<TextState, 'current'>
  from: string
  to: string
  summary: string
  kept: Kept
  /** Lessons and modules that would have to be taken again. */
  again: Kept
}>

export function moveOffer(
  course: Course,
  enrollment: Enrollment,
  done: Done,
  before: TextOutline | null,
): MoveOffer | null {
  const state = textState(course, enrollment)
  if (state === 'current') return null
  const kept = keptOf(before, course.current, done)
  return {
    state,
    from: enrollment.version,
    to: course.current.version,
    summary: state === 'not approved' ? '' : (course.current.change?.summary ?? ''),
    kept,
    again: {
      lessons: [...done.finished].filter((key) => !kept.lessons.includes(key)),
      modules: [...done.passed].filter((slug) => !kept.modules.includes(slug)),
    },
  }
}
