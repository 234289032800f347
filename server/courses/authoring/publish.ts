import { stringify } from 'yaml'
import type { CoursesFolder } from '#server/courses/authoring/files/course-files.ts'
import { type Problem, problemLine } from '#server/courses/authoring/files/problems.ts'
import type { Course, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { ChangeKind, ChangeRecord } from '#server/courses/catalogue/course-parts.ts'
import { changeKinds } from '#server/courses/catalogue/course-parts.ts'
import { questionLines } from '#server/courses/catalogue/question-key.ts'
import { changesBetween } from '#server/courses/catalogue/version-changes.ts'
import { changeFile } from './change-record.ts'
import { registerCopies } from './content-hash.ts'
import type { LoadedCourses } from './load.ts'
import { readAgainFile } from './read-again.ts'
import { compareVersions } from './versions.ts'

/** A request to publish, as typed. */
type Publication = Readonly<{
  course: string
  version: string
  change: string | undefined
  summary: string
  by: string
  on: string
}>

export type PublicationPlan =
  | Readonly<{ kind: 'refused'; reasons: readonly string[] }>
  | Readonly<{
      kind: 'ready'
      /** The files to write: paths under the courses folder, with their content. */
      files: readonly (readonly [path: string, content: string | Readonly<{ copyOf: string }>])[]
      text: CourseVersion
      record: ChangeRecord
    }>

/** Decides whether the draft can be frozen now, and which files to write. */
export function planPublication(
  folder: CoursesFolder,
  { catalogue, problems }: LoadedCourses,
  asked: Publication,
): PublicationPlan {
  const course = catalogue.courses.get(asked.course)
  const working = course?.working
  const last = course?.published[0]
  const reasons = refusals(asked, course, working, last, problems, [...catalogue.courses.keys()])
  const source = folder.courses.find((one) => one.slug === asked.course && one.published === undefined)
  if (reasons.length > 0 || !working || !source) return { kind: 'refused', reasons }
  const changes = changesBetween(last ?? { modules: [] }, working)
  const record: ChangeRecord = {
    kind: last ? (asked.change as ChangeKind) : 'first',
    since: last?.version ?? '',
    summary: asked.summary,
    publishedOn: asked.on,
    publishedBy: asked.by,
    lessons: changes.lessons
      .filter(({ change }) => change !== 'removed')
      .map(({ module, lesson }) => `${module}/${lesson}`),
    readAgain: asked.change === 'meaning' && last ? working.readAgain : {},
    questionReasons: last ? working.questionReasons : {},
    questions: changes.pools.filter(({ change }) => change !== 'removed').map(({ module }) => module),
  }
  const root = `${asked.course}/published/${asked.version}`
  const copies = [folder.facts, folder.glossary].flatMap((file) => (file ? [file] : []))
  return {
    kind: 'ready',
    text: working,
    record,
    files: [
      ...[...source.files.values()]
        .filter(({ inner }) => !registerCopies.includes(inner) && inner !== readAgainFile)
        .map(
          ({ inner, text, recording }) =>
            [`${root}/${inner}`, recording ? { copyOf: recording.disk } : text] as const,
        ),
      ...copies.map(({ inner, text }) => [`${root}/${inner}`, text] as const),
      [`${root}/${changeFile}`, changeText(working, record)],
    ],
  }
}

function refusals(
  asked: Publication,
  course: Course | undefined,
  working: CourseVersion | undefined,
  last: CourseVersion | undefined,
  problems: readonly Problem[],
  slugs: readonly string[],
): readonly string[] {
  if (!course || !working)
    return [`There is no course "${asked.course}" with a draft. The courses are: ${slugs.join(', ')}.`]
  const errors = problems.filter(({ level }) => level === 'error')
  if (errors.length > 0)
    return [...errors.map(problemLine), 'Fix the errors in the courses before you publish.']
  const reasons: string[] = []
  if (course.published.some(({ version }) => version === asked.version))
    reasons.push(
      `Version ${asked.version} is already published. Choose a higher number in ${course.slug}/course.yml.`,
    )
  else if (last && compareVersions(asked.version, last.version) <= 0)
    reasons.push(`Version ${asked.version} is not higher than the last published version, ${last.version}.`)
  if (working.version !== asked.version)
    reasons.push(
      `The draft has version ${working.version}. Set ${asked.version} in ${course.slug}/course.yml.`,
    )
  if (last && !changeKinds.some((kind) => kind === asked.change))
    reasons.push(
      `Choose the kind of change since ${last.version}: --change ${changeKinds.join(', --change ')}.`,
    )
  if (last && asked.summary.trim() === '')
    reasons.push(
      'Describe the change in a sentence: --summary "The report is due within 12 hours instead of 24."',
    )
  if (last && asked.change === 'meaning') reasons.push(...readAgainProblems(last, working))
  if (last) reasons.push(...questionReasonProblems(last, working))
  if (asked.by.trim() === '') reasons.push('Enter who publishes it: --by name@agency.example')
  return reasons
}

/** People who completed the last version can only be asked to read new or changed lessons. */
function readAgainProblems(last: CourseVersion, working: CourseVersion): readonly string[] {
  const changed = changesBetween(last, working)
    .lessons.filter(({ change }) => change !== 'removed')
    .map(({ module, lesson }) => `${module}/${lesson}`)
  return Object.keys(working.readAgain)
    .filter((place) => !changed.includes(place))
    .map((place) => `${readAgainFile} names "${place}", which is not a new or changed lesson.`)
}

/** A reason is shown beside its question, which must be new, changed or removed. */
function questionReasonProblems(last: CourseVersion, working: CourseVersion): readonly string[] {
  const textOf = (version: CourseVersion, place: string) => {
    const [module, id = ''] = place.split('/')
    const question = version.modules.find(({ slug }) => slug === module)?.questions.get(id)
    return question && questionLines(question).join('\n')
  }
  return Object.keys(working.questionReasons)
    .filter((place) => textOf(last, place) === textOf(working, place))
    .map((place) => `${readAgainFile} names the question "${place}", which did not change.`)
}

const changeText = (text: CourseVersion, record: ChangeRecord) =>
  `# Written by courses:publish. A published version is never edited: its text must match this hash.\n${stringify(
    {
      version: text.version,
      kind: record.kind,
      since: record.since,
      summary: record.summary,
      published_on: record.publishedOn,
      published_by: record.publishedBy,
      lessons: record.lessons,
      ...(Object.keys(record.readAgain).length > 0 ? { read_again: record.readAgain } : {}),
      questions: record.questions,
      ...(Object.keys(record.questionReasons ?? {}).length > 0
        ? { question_reasons: record.questionReasons }
        : {}),
      hash: text.hash,
    },
  )}`
