import { type CoursesFolder, readCoursesFolder } from '#server/courses/authoring/files/course-files.ts'
import { emptyRegister, readFactRegister } from '#server/courses/authoring/files/facts.ts'
import { type Problem, problemLog, sortedProblems } from '#server/courses/authoring/files/problems.ts'
import { readGlossary } from '#server/courses/authoring/text/glossary.ts'
import { supportHtml, supportLines } from '#server/courses/authoring/text/support.ts'
import { renderWords } from '#server/courses/authoring/text/words.ts'
import type { Catalogue, Course, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import { draftOf, readCoverage } from './coverage.ts'
import { readFacilitatorsGuide } from './facilitators-guide.ts'
import { readJobAids } from './job-aids.ts'
import { readElsewhere } from './outside-courses.ts'
import { readOwedReviews } from './owed-reviews.ts'
import { readRightNow } from './right-now.ts'
import { courseOf, markdown, readVersion, type Shared, scopeOf } from './versions.ts'

export type LoadedCourses = { readonly catalogue: Catalogue; readonly problems: readonly Problem[] }

/** Reads, checks and renders every course under `dir` (the folder `courses`). */
export const loadCourses = (dir: string): LoadedCourses => loadFolder(readCoursesFolder(dir))

/** The same for files already in memory. */
export function loadFolder(folder: CoursesFolder): LoadedCourses {
  const problems: Problem[] = []
  const log = problemLog(problems)
  if (!folder.facts) {
    log.error(
      `${folder.path}/facts.yml`,
      1,
      'There is no facts.yml.',
      'Create it with the values, sources and facts that the courses use.',
    )
  }
  const register = folder.facts ? readFactRegister(folder.facts, log) : emptyRegister
  const glossary = folder.glossary ? readGlossary(folder.glossary, register, log) : new Map()
  const support = supportLines(register)
  const shared: Shared = { log, register, glossary, support: supportHtml(support) }

  const bySlug = Map.groupBy(folder.courses, ({ slug }) => slug)
  const courses = new Map<string, Course>()
  for (const [slug, folders] of bySlug) {
    const versions = folders.flatMap((folder) => readVersion(folder, shared) ?? [])
    const course = courseOf(slug, versions, folders[0]!, log)
    if (course) courses.set(slug, course)
  }
  const terms = [...new Set(glossary.values())].map((entry) => {
    const scope = scopeOf(folder.glossary!.path, shared)
    const { html } = renderWords(markdown, scope, entry.text, 1, true)
    return { term: entry.term, also: entry.also, slug: entry.slug, html, facts: entry.facts }
  })
  const elsewhere = folder.catalogue
    ? readElsewhere(folder.catalogue, scopeOf(folder.catalogue.path, shared), register, log)
    : []
  const rightNow = folder.rightNow
    ? readRightNow(folder.rightNow, scopeOf(folder.rightNow.path, shared), log)
    : []
  const all = [...courses.values()]
  const lessons = all.flatMap(({ current }) => lessonNames(current))
  const jobAids = readJobAids(folder.jobAids, shared, support, new Set(lessons))
  const facilitatorsGuide = folder.facilitatorsGuide
    ? readFacilitatorsGuide(folder.facilitatorsGuide, shared, support)
    : undefined
  const known = {
    lesson: all.flatMap((course) => lessonNames(draftOf(course))),
    job_aid: jobAids.map(({ slug }) => slug),
  }
  const owedReviews = folder.owedReviews ? readOwedReviews(folder.owedReviews, known, log) : []
  const coverage = folder.coverage ? readCoverage(folder.coverage, { courses, jobAids, register }, log) : []
  terms.sort((a, b) => a.term.localeCompare(b.term, 'en'))
  return {
    catalogue: {
      courses,
      jobAids,
      facilitatorsGuide,
      elsewhere,
      rightNow,
      coverage,
      owedReviews,
      glossary: terms,
      support,
      register,
    },
    problems: sortedProblems(problems),
  }
}

const lessonNames = ({ slug, modules }: CourseVersion) =>
  modules.flatMap((module) => module.lessons.map((lesson) => `${slug}/${module.slug}/${lesson.slug}`))
