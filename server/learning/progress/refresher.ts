import type { Catalogue, CourseVersion, Lesson, Module } from '#server/courses/catalogue/catalogue.ts'
import type { Attempt } from './queries.ts'

/** The short refreshers that a learner needs, and the optional ones. */
type Picked = Readonly<{ module: string; needed: readonly string[]; optional: readonly string[] }>

/**
 * The result of the diagnostic: a short refresher is needed if an answer on one of its objectives was off or was a guess.
 * Null if the attempt is not a refresher's diagnostic.
 */
export function pickedRefreshers(
  course: CourseVersion,
  diagnostic: Module,
  attempt: Pick<Attempt, 'drawn' | 'answers'>,
): Picked | null {
  const refreshers = course.modules.find(({ part }) => part === 'refreshers')
  if (diagnostic.part !== 'diagnostic' || !refreshers) return null
  const shaky = shakyObjectives(diagnostic, attempt)
  const needed = refreshers.lessons.filter(({ refreshes }) => refreshes.some((one) => shaky.has(one)))
  const slugs = needed.map(({ slug }) => slug)
  return {
    module: refreshers.slug,
    needed: slugs,
    optional: refreshers.lessons.map(({ slug }) => slug).filter((slug) => !slugs.includes(slug)),
  }
}

function shakyObjectives(diagnostic: Module, { drawn, answers }: Pick<Attempt, 'drawn' | 'answers'>) {
  const isShaky = (position: number) =>
    answers.some((one) => one.position === position && (!one.is_correct || one.confidence === 'guess'))
  return new Set(
    drawn.flatMap(({ question }, position) =>
      isShaky(position) ? (diagnostic.questions.get(question)?.objective ?? []) : [],
    ),
  )
}

/** The refreshers that renew a course. */
export const renewalsOf = ({ courses }: Catalogue, course: string): readonly CourseVersion[] =>
  [...courses.values()]
    .map(({ current }) => current)
    .filter(({ refresher }) => refresher?.refreshes === course)

/** The last lesson of a refresher asks for a commitment for the next shift. */
export const asksForCommitment = (module: Module, lesson: Lesson) =>
  module.part === 'commitment' && module.lessons.at(-1) === lesson

/** The minutes of a completion. For a refresher, only the lessons that were read, and its questions. */
export function minutesTaken(course: CourseVersion, finished: ReadonlySet<string>): number {
  if (course.kind === 'training') return course.minutes
  return course.modules.reduce(
    (sum, module) =>
      module.lessons
        .filter(({ slug }) => finished.has(`${module.slug}/${slug}`))
        .reduce((minutes, lesson) => minutes + lesson.minutes, sum + module.assessmentMinutes),
    0,
  )
}
