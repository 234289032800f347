import { compareVersions } from '#server/courses/authoring/versions.ts'
import type { Course, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import { changesBetween, type TextOutline } from '#server/courses/catalogue/version-changes.ts'
import { type Done, lessonKey } from '#server/learning/progress/progress.ts'
import type { Enrollment } from '#server/learning/progress/queries.ts'

/** What a learner keeps when changing versions: unchanged lessons and modules. */
type Kept = Readonly<{ lessons: readonly string[]; modules: readonly string[] }>

/** Without the outline of the old version nothing can be compared, so nothing is kept. */
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

/** How a learner's version compares with the current one. */
type TextState =
  /** Same version. */
  | 'current'
  /** A newer version is out. The learner can finish theirs. */
  | 'older'
  /** Their version is not approved. An older, approved version is the one that counts. */
  | 'not approved'
  /** Their version was unpublished and has been edited under the same number. */
  | 'edited'
  /** The version's files are gone, so it can't be continued. */
  | 'gone'

export function textState(course: Course, taken: Pick<Enrollment, 'version' | 'content_hash'>): TextState {
  const text = course.versions.get(taken.version)
  if (!text) return 'gone'
  if (text.hash !== taken.content_hash) return 'edited'
  if (text.hash === course.current.hash) return 'current'
  return compareVersions(taken.version, course.current.version) > 0 ? 'not approved' : 'older'
}

/** The learner's version, or null if it is gone. */
export const takenText = (course: Course, taken: Pick<Enrollment, 'version'>): CourseVersion | null =>
  course.versions.get(taken.version) ?? null

/** The offer on the course page to move to the current version. */
type MoveOffer = Readonly<{
  state: Exclude<TextState, 'current'>
  from: string
  to: string
  summary: string
  kept: Kept
  /** Lessons and modules that must be taken again. */
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
