import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { JobAid } from '#server/courses/catalogue/course-parts.ts'
import type { LessonHref } from '#server/courses/catalogue/lesson-links.ts'
import { sheetHtml, spansHtml } from '#server/courses/catalogue/sheet-html.ts'

/** A job aid's web page, with links to its lessons. */
export function jobAidPage(catalogue: Catalogue, aid: JobAid, lessonHref: LessonHref) {
  const { sheet, slug } = aid
  const lessons = aid.goesWith.flatMap((place) => {
    const [courseSlug, moduleSlug, lessonSlug] = place.split('/')
    const course = catalogue.courses.get(courseSlug ?? '')?.current
    const module = course?.modules.find((module) => module.slug === moduleSlug)
    const lesson = module?.lessons.find((lesson) => lesson.slug === lessonSlug)
    if (!course || !module || !lesson) return []
    const href = lessonHref({ course, module: module.slug, lesson: lesson.slug })
    return [{ title: lesson.title, course: course.shortTitle, href }]
  })
  return {
    title: sheet.title,
    sheet,
    html: sheetHtml(sheet.blocks),
    notes: sheet.notes.map(spansHtml),
    pdf: `/job-aids/${slug}.pdf`,
    lessons,
  }
}
