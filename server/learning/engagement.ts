import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { Engagement } from '#server/courses/catalogue/course-shapes.ts'
import type { AttemptTime } from './attempt-spacing.ts'

/** How one person took a course, as far as it was recorded. */
export type Evidence = Readonly<{
  lessons: readonly LessonEvidence[]
  exercises: number
  exercisesTried: number
  attempts: readonly AttemptEvidence[]
}>

type LessonEvidence = Readonly<{
  /** 'module/lesson' */
  key: string
  title: string
  minutes: number
  /** Taken in a group session, which gives credit no faster than it ran. */
  isGroup: boolean
  isOpened: boolean
  seconds: number
}>

type AttemptEvidence = AttemptTime & Readonly<{ questions: number }>

/** The rows that the evidence comes from. */
export type EngagementRows = Readonly<{
  readings: readonly Readonly<{ key: string; opened_at: string; finished_at: string }>[]
  visible: Readonly<Record<string, number>>
  in_group: readonly string[]
  exercises: readonly string[]
  attempts: readonly AttemptEvidence[]
}>

export function evidenceOf(
  course: CourseVersion,
  finished: readonly string[],
  rows: EngagementRows,
): Evidence {
  const readings = rows.readings.map(({ key, opened_at, finished_at }) => ({
    key,
    opened_at: new Date(opened_at),
    finished_at: new Date(finished_at),
  }))
  const open = secondsOpen(readings)
  const titles = new Map(course.modules.map(({ slug, title }) => [slug, title]))
  const lessons = course.modules.flatMap((module) =>
    module.lessons.map((lesson) => ({ lesson, key: `${module.slug}/${lesson.slug}` })),
  )
  const read = lessons.filter(({ key }) => finished.includes(key))
  return {
    lessons: read.map(({ lesson, key }) => ({
      key,
      title: lesson.title,
      minutes: lesson.minutes,
      isGroup: rows.in_group.includes(key),
      isOpened: open.has(key),
      seconds: rows.visible[key] ?? open.get(key) ?? 0,
    })),
    exercises: read.reduce((sum, { lesson }) => sum + lesson.exercises.size, 0),
    exercisesTried: rows.exercises.filter((one) => read.some(({ key }) => one.startsWith(`${key}/`))).length,
    attempts: rows.attempts.map((attempt) => ({
      ...attempt,
      module: titles.get(attempt.module) ?? attempt.module,
    })),
  }
}

/** What the evidence says. A fast completion is still a completion. */
type Pace = Readonly<{
  plannedMinutes: number
  readingSeconds: number
  lessonsOpened: number
  /** Of the passed attempt that went fastest. Null without questions. */
  secondsPerQuestion: number | null
  isFast: boolean
  /** Sentences, also for people who read them years later. */
  reasons: readonly string[]
}>

export function paceOf({ lessons, attempts }: Evidence, limits: Engagement): Pace {
  const plannedMinutes = sum(lessons.map(({ minutes }) => minutes))
  const readingSeconds = Math.round(sum(lessons.map(countedSeconds)))
  const unopened = lessons.filter(({ isOpened, isGroup }) => !isOpened && !isGroup).length
  const passed = attempts.filter(({ is_passed, questions }) => is_passed && questions > 0)
  const secondsPerQuestion =
    passed.length > 0
      ? Math.floor(Math.min(...passed.map((attempt) => secondsOf(attempt) / attempt.questions)))
      : null
  const reasons: string[] = []
  if (readingSeconds * 100 < plannedMinutes * 60 * limits.fastest_percent)
    reasons.push(
      `The lessons were open for ${inMinutes(readingSeconds)}. They are planned for ${plannedMinutes} minutes, and fast readers need about ${Math.round((plannedMinutes * limits.fastest_percent) / 100)}.`,
    )
  if (unopened > 0)
    reasons.push(`${unopened === 1 ? '1 lesson was' : `${unopened} lessons were`} never opened.`)
  if (secondsPerQuestion !== null && secondsPerQuestion < limits.seconds_per_question)
    reasons.push(
      `The questions of a module were answered in ${secondsPerQuestion} ${secondsPerQuestion === 1 ? 'second' : 'seconds'} each.`,
    )
  return {
    plannedMinutes,
    readingSeconds,
    lessonsOpened: lessons.length - unopened,
    secondsPerQuestion,
    isFast: reasons.length > 0,
    reasons,
  }
}

/** The lessons that were open for too short a time, for a learner who wants to slow down. */
export const hurriedLessons = ({ lessons }: Evidence, limits: Engagement): readonly LessonEvidence[] =>
  lessons.filter((lesson) => countedSeconds(lesson) * 100 < lesson.minutes * 60 * limits.fastest_percent)

const secondsOf = ({ started_at, finished_at }: AttemptEvidence) =>
  (Date.parse(finished_at) - Date.parse(started_at)) / 1000

/** One lesson left open all afternoon doesn't make up for others. */
const countedSeconds = ({ minutes, isGroup, seconds }: LessonEvidence) =>
  isGroup ? minutes * 60 : Math.min(seconds, minutes * 120)

/** The seconds of each lesson while it was open. Of lessons that were open side by side, only one counts at a time. */
export function secondsOpen(
  readings: readonly Readonly<{ key: string; opened_at: Date; finished_at: Date }>[],
): ReadonlyMap<string, number> {
  const open = new Map<string, number>()
  let until = 0
  for (const { key, opened_at, finished_at } of readings.toSorted(
    (a, b) => a.finished_at.getTime() - b.finished_at.getTime(),
  )) {
    const from = Math.max(opened_at.getTime(), until)
    until = Math.max(until, finished_at.getTime())
    open.set(key, (open.get(key) ?? 0) + Math.max(0, (finished_at.getTime() - from) / 1000))
  }
  return open
}

function inMinutes(seconds: number): string {
  if (seconds < 60) return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`
  const minutes = Math.round(seconds / 60)
  return minutes === 1 ? '1 minute' : `${minutes} minutes`
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
