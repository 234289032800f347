import type { Catalogue, CourseVersion, Module } from '#server/courses/catalogue/catalogue.ts'
import type { GroupSession } from './group-sessions.queries.ts'

/** The course version that a session uses, if its files are still here. */
export function textOfSession(
  catalogue: Catalogue,
  session: Pick<GroupSession, 'course' | 'version' | 'module'>,
): Readonly<{ course: CourseVersion | null; module: Module | null }> {
  const known = catalogue.courses.get(session.course)
  const course = known?.versions.get(session.version) ?? known?.current ?? null
  return { course, module: course?.modules.find(({ slug }) => slug === session.module) ?? null }
}

/** The minutes of each lesson of a session's module, which decide how many of them it can have covered. */
export const plannedMinutes = (
  catalogue: Catalogue,
  session: Pick<GroupSession, 'course' | 'version' | 'module'>,
): ReadonlyMap<string, number> =>
  new Map(textOfSession(catalogue, session).module?.lessons.map(({ slug, minutes }) => [slug, minutes]))
