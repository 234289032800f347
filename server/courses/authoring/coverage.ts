import { Type } from 'typebox'
import type { CourseFile } from '#server/courses/authoring/files/course-files.ts'
import { type Problem, type ProblemLog, suggestion } from '#server/courses/authoring/files/problems.ts'
import {
  checkedShape,
  type Path,
  parseYaml,
  type YamlDocument,
} from '#server/courses/authoring/files/yaml-document.ts'
import { type Course, type CourseVersion, lessonPath } from '#server/courses/catalogue/catalogue.ts'
import type {
  CoverageGroup,
  CoverageTopic,
  FactRegister,
  JobAid,
} from '#server/courses/catalogue/course-parts.ts'

/** A topic with the lessons, questions and job aids that cover it. */
type CoveredTopic = Readonly<{
  title: string
  seen: boolean
  lessons: readonly Readonly<{ title: string; href: string; course: string }>[]
  questions: number
  jobAids: readonly Readonly<{ title: string; href: string }>[]
}>

const words = (description: string) => Type.String({ minLength: 1, description })
const names = (description: string) => Type.Optional(Type.Array(Type.String(), { description }))

const coverageShape = Type.Object(
  {
    groups: Type.Array(
      Type.Object(
        {
          title: words('the law or page that requires it'),
          about: words('a sentence on where the topics come from'),
          courses: Type.Array(Type.String(), { description: 'the slugs of the courses that teach it' }),
          topics: Type.Array(
            Type.Object(
              {
                title: words('the required topic'),
                facts: Type.Array(Type.String(), { description: 'the fact keys that it is based on' }),
                lessons: names('lessons as course/module/lesson'),
                questions: names('questions as course/question'),
                job_aids: names('names of job aids'),
                seen: Type.Optional(Type.Boolean({ description: 'false if we have not seen its wording' })),
              },
              { additionalProperties: false, title: 'a topic' },
            ),
          ),
        },
        { additionalProperties: false, title: 'a group' },
      ),
    ),
  },
  { additionalProperties: false, title: 'coverage.yml' },
)

type Known = Readonly<{
  courses: ReadonlyMap<string, Course>
  jobAids: readonly JobAid[]
  register: FactRegister
}>

/** Reads the map from duties to lessons, questions and job aids. Everything it names must exist. */
export function readCoverage(file: CourseFile, known: Known, log: ProblemLog): readonly CoverageGroup[] {
  const document = parseYaml(file.text, file.path, 1, log)
  const given = document && checkedShape(document, [], coverageShape, log)
  if (!document || !given) return []
  return given.groups.map((group, at) => {
    for (const [place, topic] of group.topics.entries())
      checkNames(topic, document, ['groups', at, 'topics', place], known, log)
    return {
      ...group,
      topics: group.topics.map(({ title, facts, lessons, questions, job_aids, seen }) => ({
        title,
        facts,
        lessons: lessons ?? [],
        questions: questions ?? [],
        jobAids: job_aids ?? [],
        seen: seen ?? true,
      })),
    }
  })
}

type GivenTopic = Readonly<{
  facts: readonly string[]
  lessons?: readonly string[]
  questions?: readonly string[]
  job_aids?: readonly string[]
}>

function checkNames(
  topic: GivenTopic,
  document: YamlDocument,
  path: Path,
  known: Known,
  log: ProblemLog,
): void {
  const texts = [...known.courses.values()].map(draftOf)
  const there = {
    facts: [...known.register.facts.keys()],
    lessons: texts.flatMap((text) => lessonsOf(text).map(({ name }) => name)),
    questions: texts.flatMap((text) => questionsOf(text).map(({ name }) => name)),
    job_aids: known.jobAids.map(({ slug }) => slug),
  }
  for (const key of ['facts', 'lessons', 'questions', 'job_aids'] as const)
    for (const name of topic[key] ?? []) {
      if (there[key].includes(name)) continue
      const what = key.replace('_', ' ').replace(/s$/, '')
      log.error(
        document.file,
        document.lineOf([...path, key]),
        `There is no ${what} "${name}".`,
        suggestion(name, there[key], key.replace('_', ' ')),
      )
    }
}

/** The authors' draft, or the current version if there is no draft. */
export const draftOf = ({ working, current }: Course): CourseVersion => working ?? current

/** Each topic with its coverage in these versions. */
export function coverageOf(
  groups: readonly CoverageGroup[],
  texts: readonly CourseVersion[],
  jobAids: readonly JobAid[],
): readonly Readonly<{ title: string; about: string; topics: readonly CoveredTopic[] }>[] {
  return groups.map(({ title, about, courses, topics }) => {
    const own = texts.filter(({ slug }) => courses.includes(slug))
    return { title, about, topics: topics.map((topic) => coveredTopic(topic, own, jobAids)) }
  })
}

function coveredTopic(
  topic: CoverageTopic,
  texts: readonly CourseVersion[],
  jobAids: readonly JobAid[],
): CoveredTopic {
  const rests = (keys: readonly string[]) => keys.some((key) => topic.facts.includes(key))
  return {
    title: topic.title,
    seen: topic.seen,
    lessons: texts.flatMap((text) =>
      lessonsOf(text)
        .filter(({ name, lesson }) => topic.lessons.includes(name) || rests(lesson.factKeys))
        .map(({ lesson, href }) => ({ title: lesson.title, href, course: text.shortTitle })),
    ),
    questions: texts
      .flatMap(questionsOf)
      .filter(({ name, question }) => topic.questions.includes(name) || rests(question.facts)).length,
    jobAids: jobAids
      .filter(({ slug, factKeys }) => topic.jobAids.includes(slug) || rests(factKeys))
      .map(({ slug, sheet }) => ({ title: sheet.title, href: `/job-aids/${slug}` })),
  }
}

const lessonsOf = ({ slug, modules }: CourseVersion) =>
  modules.flatMap((module) =>
    module.lessons.map((lesson) => ({
      lesson,
      name: `${slug}/${module.slug}/${lesson.slug}`,
      href: lessonPath(slug, module.slug, lesson.slug),
    })),
  )

const questionsOf = ({ slug, modules }: CourseVersion) =>
  modules.flatMap((module) =>
    [...module.questions.values()].map((question) => ({ question, name: `${slug}/${question.id}` })),
  )

/** Warnings for authors about topics that no lesson teaches. */
export const uncoveredProblems = (covered: ReturnType<typeof coverageOf>): readonly Problem[] =>
  covered.flatMap(({ title, topics }) =>
    topics
      .filter(({ lessons }) => lessons.length === 0)
      .map((topic) => ({
        file: 'courses/coverage.yml',
        line: 1,
        level: 'warning' as const,
        message: `No lesson teaches "${topic.title}" (${title}).`,
        fix: 'Write one, or list the facts or lessons that teach it in coverage.yml.',
      })),
  )
