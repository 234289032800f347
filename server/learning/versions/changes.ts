import { compareVersions } from '#server/courses/authoring/versions.ts'
import type { Catalogue, Course, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { ChangeDay } from '#server/courses/catalogue/change-days.queries.ts'
import type { ChangeRecord } from '#server/courses/catalogue/course-parts.ts'
import { type Day, dayOf, daysBetween } from '#server/lib/days.ts'
import type { ChangeReading, TeamReader } from './changes.queries.ts'

/** The lessons that changed in law or meaning since a person completed a course. */
type ChangesToRead = Readonly<{
  text: CourseVersion
  /** The version that the person completed. */
  completed: string
  summary: string
  due_on: Day
  isOverdue: boolean
  lessons: readonly Readonly<{
    title: string
    href: string
    minutes: number
    why: string | null
    isRead: boolean
  }>[]
  isDone: boolean
}>

export const changePath = (course: string, version: string, place: string) =>
  `/courses/${course}/changes/${version}/${place}`

/** Every notice of a change and its due date has a key that begins like this. */
export const noticesOfChange = ({ course, version, due_on }: ChangeDay) =>
  `lessons-changed ${course} ${version} ${due_on}`

const daysOfLastReminder = 7

/** The notice that is due on a day: by its key, a person gets it once. */
export function noticeOfChange(day: ChangeDay, today: Day) {
  const key = noticesOfChange(day)
  if (day.due_on < today) return { key: `${key} late`, kind: 'lessons-changed-late' } as const
  const isLastWeek = daysBetween(today, day.due_on) <= daysOfLastReminder
  return { key: isLastWeek ? `${key} last week` : key, kind: 'lessons-changed' } as const
}

/**
 * Every change of meaning with a due date, after the newest version that the person completed. A person who completes
 * the newer version has nothing to read.
 */
export function changesToRead(
  catalogue: Catalogue,
  completions: readonly Readonly<{ course: string; version: string }>[],
  days: readonly ChangeDay[],
  readings: readonly ChangeReading[],
  today: Day,
): readonly ChangesToRead[] {
  return [...catalogue.courses.values()].flatMap((course) => {
    const completed = completions
      .filter((one) => one.course === course.slug)
      .map(({ version }) => version)
      .sort(compareVersions)
      .at(-1)
    if (completed === undefined) return []
    return days
      .filter((day) => day.course === course.slug && compareVersions(day.version, completed) > 0)
      .flatMap((day) => changesOf(course, day, completed, readings, today) ?? [])
  })
}

function changesOf(
  course: Course,
  { version, due_on }: ChangeDay,
  completed: string,
  readings: readonly ChangeReading[],
  today: Day,
): ChangesToRead | null {
  const text = course.versions.get(version)
  if (text?.change?.kind !== 'meaning') return null
  const read = new Set(
    readings.filter((one) => one.course === course.slug && one.version === version).map(({ place }) => place),
  )
  const lessons = text.modules.flatMap((module) =>
    module.lessons.flatMap((lesson) => {
      const place = `${module.slug}/${lesson.slug}`
      if (!text.change || !isToRead(text.change, place)) return []
      const { title, minutes } = lesson
      const why = text.change.readAgain[place] ?? null
      return [{ title, minutes, why, href: changePath(course.slug, version, place), isRead: read.has(place) }]
    }),
  )
  if (lessons.length === 0) return null
  const isDone = lessons.every(({ isRead }) => isRead)
  return {
    text,
    completed,
    summary: text.change.summary,
    due_on,
    isOverdue: !isDone && due_on < today,
    lessons,
    isDone,
  }
}

/** The lessons that the author named or, if none, all changed lessons. */
const isToRead = ({ readAgain, lessons }: ChangeRecord, place: string): boolean =>
  Object.keys(readAgain).length > 0 ? Object.hasOwn(readAgain, place) : lessons.includes(place)

type Readers = readonly Readonly<{
  versions: readonly string[]
  readings: readonly ChangeReading[]
  is_told: boolean
}>[]

/** How many of those who completed an older version have read a change, in all and by lesson. */
export function readersOfChange(catalogue: Catalogue, day: ChangeDay, people: Readers, today: Day) {
  const asked = people.flatMap(({ versions, readings, is_told }) => {
    const completions = versions.map((version) => ({ course: day.course, version }))
    const [change] = changesToRead(catalogue, completions, [day], readings, today)
    return change ? [{ change, is_told }] : []
  })
  const lessons = asked[0]?.change.lessons ?? []
  return {
    due_on: day.due_on,
    isPast: day.due_on < today,
    asked: asked.length,
    done: asked.filter(({ change }) => change.isDone).length,
    begun: asked.filter(({ change }) => !change.isDone && change.lessons.some(({ isRead }) => isRead)).length,
    told: asked.filter(({ is_told }) => is_told).length,
    lessons: lessons.map(({ title, href }) => ({
      title,
      readers: asked.filter(({ change }) => change.lessons.some((one) => one.href === href && one.isRead))
        .length,
    })),
  }
}

/** Of each change with a deadline: which people of a team have read it, who hasn't, and when they got a message. */
export function teamReadersOf(
  catalogue: Catalogue,
  day: ChangeDay,
  people: readonly TeamReader[],
  today: Day,
) {
  const readers = people.flatMap(({ versions, readings, ...person }) => {
    const completions = versions.map((version) => ({ course: day.course, version }))
    const [change] = changesToRead(catalogue, completions, [day], readings, today)
    if (!change) return []
    const days = readings.map(({ read_at }) => dayOf(new Date(read_at))).sort()
    return {
      ...person,
      change,
      read: change.lessons.filter(({ isRead }) => isRead).length,
      readOn: change.isDone ? (days.at(-1) ?? null) : null,
      toldOn: person.told_at && dayOf(person.told_at),
    }
  })
  return {
    course: catalogue.courses.get(day.course)?.current.title ?? day.course,
    version: day.version,
    due_on: day.due_on,
    isPast: day.due_on < today,
    done: readers.filter(({ change }) => change.isDone).length,
    // Who hasn't read it comes first.
    readers: readers.sort(
      (a, b) => Number(a.change.isDone) - Number(b.change.isDone) || a.name.localeCompare(b.name),
    ),
  }
}
