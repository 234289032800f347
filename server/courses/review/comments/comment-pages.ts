import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { Reviewer, Thread } from './comments.queries.ts'

export const shows = [
  { value: 'open', label: 'Open' },
  { value: 'mine', label: 'Open and assigned to me' },
  { value: 'unassigned', label: 'Open and assigned to no one' },
  { value: 'resolved', label: 'Resolved' },
] as const

type Show = (typeof shows)[number]['value']

const fits = (thread: Thread, show: Show, viewerId: string): boolean =>
  show === 'resolved'
    ? thread.is_resolved
    : !thread.is_resolved && (show === 'open' || thread.assigned_to === (show === 'mine' ? viewerId : null))

/** The threads of a filter, by lesson, with a count for each filter. */
export function commentsPage(
  catalogue: Catalogue,
  threads: readonly Thread[],
  { show, course, lesson }: Readonly<{ show: Show; course: string; lesson: string }>,
  viewer: Readonly<{ id: string }>,
) {
  const there = threads.filter((one) => lesson === '' || `${one.module}/${one.lesson}` === lesson)
  const shown = there.filter((one) => fits(one, show, viewer.id))
  return {
    title: 'Comments',
    filter: { show, course, lesson },
    courses: [...catalogue.courses.values()].map(({ slug, current }) => ({
      value: slug,
      label: current.shortTitle,
    })),
    lessonTitle: there[0] && lesson !== '' ? lessonOf(catalogue, there[0]).title : '',
    shows: shows.map(({ value, label }) => ({
      value,
      label,
      count: there.filter((one) => fits(one, value, viewer.id)).length,
    })),
    lessons: [...Map.groupBy(shown, (one) => `${one.course}/${one.module}/${one.lesson}`).values()].map(
      (ofLesson) => ({ ...lessonOf(catalogue, ofLesson[0]!), threads: ofLesson }),
    ),
  }
}

/** The lesson of a thread in the version of its latest comment. Without an address if that text is gone. */
export function lessonOf({ courses }: Catalogue, thread: Thread) {
  const text = courses.get(thread.course)?.versions.get(thread.version)
  const module = text?.modules.find(({ slug }) => slug === thread.module)
  const lesson = module?.lessons.find(({ slug }) => slug === thread.lesson)
  return {
    title: lesson?.title ?? thread.lesson,
    course: text?.shortTitle ?? thread.course,
    href: lesson
      ? `/review/courses/${thread.course}/${thread.version}/lessons/${thread.module}/${thread.lesson}`
      : null,
  }
}

/** One thread, with who can be assigned to it. The writers of the text come first. */
export function threadPage(catalogue: Catalogue, thread: Thread, reviewers: readonly Reviewer[]) {
  const writers = catalogue.courses.get(thread.course)?.versions.get(thread.version)?.writtenBy ?? []
  const wrote = ({ name, email }: Reviewer) =>
    writers.some((writer) => writer.includes(name) || (email !== null && writer.includes(email)))
  const lesson = lessonOf(catalogue, thread)
  const isReviewer = (writer: string) =>
    reviewers.some(({ name, email }) => writer.includes(name) || (email !== null && writer.includes(email)))
  return {
    title: `Comment on ${lesson.title}`,
    thread,
    lesson,
    /** Who wrote the text and can't be assigned: comments are read by content reviewers alone. */
    otherWriters: writers.filter((writer) => !isReviewer(writer)),
    reviewers: [...reviewers]
      .sort((a, b) => Number(wrote(b)) - Number(wrote(a)))
      .map((one) => ({ value: one.id, label: wrote(one) ? `${one.name} (wrote this text)` : one.name })),
  }
}
