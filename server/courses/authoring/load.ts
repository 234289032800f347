import {
  type CourseFile,
  type CoursesFolder,
  readCoursesFolder,
} from '#server/courses/authoring/files/course-files.ts'
import { emptyRegister, readFactRegister } from '#server/courses/authoring/files/facts.ts'
import {
  type Problem,
  type ProblemLog,
  problemLog,
  sortedProblems,
} from '#server/courses/authoring/files/problems.ts'
import { readGlossary } from '#server/courses/authoring/text/glossary.ts'
import { supportHtml, supportLines } from '#server/courses/authoring/text/support.ts'
import { renderWords } from '#server/courses/authoring/text/words.ts'
import type { Catalogue, Course, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { FactRegister } from '#server/courses/catalogue/course-parts.ts'
import { draftOf, readCoverage } from './coverage.ts'
import { readFacilitatorsGuide } from './facilitators-guide.ts'
import { readJobAids } from './job-aids.ts'
import { readElsewhere } from './outside-courses.ts'
import { readOwedReviews } from './owed-reviews.ts'
import { noResources, readResources } from './resources.ts'
import { readRightNow } from './right-now.ts'
import { courseOf, markdown, readVersion, type Shared, scopeOf } from './versions.ts'

export type LoadedCourses = { readonly catalogue: Catalogue; readonly problems: readonly Problem[] }

/** Reads, checks and renders every course under `dir` (the folder `courses`). */
export const loadCourses = (dir: string): LoadedCourses => loadFolder(readCoursesFolder(dir))

/** The same for files already in memory. */
export function loadFolder(folder: CoursesFolder): LoadedCourses {
  const problems: Problem[] = []
  const log = problemLog(problems)
  const catalogue = readCatalogue(folder, log)
  return { catalogue, problems: sortedProblems(problems) }
}

function readCatalogue(folder: CoursesFolder, log: ProblemLog): Catalogue {
  const register = readRegister(folder, log)
  const glossary = folder.glossary ? readGlossary(folder.glossary, register, log) : new Map()
  const support = supportLines(register)
  const shared: Shared = { log, register, glossary, support: supportHtml(support) }
  const scoped = (file: CourseFile) => scopeOf(file.path, shared)
  const { catalogue, rightNow, resources, facilitatorsGuide, owedReviews, coverage } = folder

  const courses = readCourses(folder, shared)
  const terms = glossaryTerms(folder, shared)
  const elsewhere = catalogue ? readElsewhere(catalogue, scoped(catalogue), register, log) : []
  const cards = rightNow ? readRightNow(rightNow, scoped(rightNow), log) : []
  const all = [...courses.values()]
  const lessons = all.flatMap(({ current }) => lessonNames(current))
  const jobAids = readJobAids(folder.jobAids, shared, support, new Set(lessons))
  const guide = facilitatorsGuide ? readFacilitatorsGuide(facilitatorsGuide, shared, support) : undefined
  const known = {
    lesson: all.flatMap((course) => lessonNames(draftOf(course))),
    job_aid: jobAids.map(({ slug }) => slug),
  }
  return {
    courses,
    jobAids,
    facilitatorsGuide: guide,
    elsewhere,
    rightNow: cards,
    resources: resources ? readResources(resources, scoped(resources), log) : noResources,
    coverage: coverage ? readCoverage(coverage, { courses, jobAids, register }, log) : [],
    owedReviews: owedReviews ? readOwedReviews(owedReviews, known, log) : [],
    glossary: terms,
    support,
    register,
  }
}

function readRegister({ facts, path }: CoursesFolder, log: ProblemLog): FactRegister {
  if (facts) return readFactRegister(facts, log)
  log.error(
    `${path}/facts.yml`,
    1,
    'There is no facts.yml.',
    'Create it with the values, sources and facts that the courses use.',
  )
  return emptyRegister
}

function readCourses(folder: CoursesFolder, shared: Shared): ReadonlyMap<string, Course> {
  const courses = new Map<string, Course>()
  for (const [slug, folders] of Map.groupBy(folder.courses, ({ slug }) => slug)) {
    const versions = folders.flatMap((folder) => readVersion(folder, shared) ?? [])
    const course = courseOf(slug, versions, folders[0]!, shared.log)
    if (course) courses.set(slug, course)
  }
  return courses
}

/** The glossary as its page shows it, by the alphabet. */
function glossaryTerms(folder: CoursesFolder, shared: Shared): Catalogue['glossary'] {
  const terms = [...new Set(shared.glossary.values())].map((entry) => {
    const scope = scopeOf(folder.glossary!.path, shared)
    const { html } = renderWords(markdown, scope, entry.text, 1, true)
    return { term: entry.term, also: entry.also, slug: entry.slug, html, facts: entry.facts }
  })
  return terms.sort((a, b) => a.term.localeCompare(b.term, 'en'))
}

const lessonNames = ({ slug, modules }: CourseVersion) =>
  modules.flatMap((module) => module.lessons.map((lesson) => `${slug}/${module.slug}/${lesson.slug}`))
