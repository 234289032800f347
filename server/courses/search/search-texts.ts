import { type ChildNode, isTag, isText } from 'domhandler'
import { parseDocument } from 'htmlparser2'
import { type Catalogue, lessonPath } from '#server/courses/catalogue/catalogue.ts'
import { sheetHtml } from '#server/courses/catalogue/sheet-html.ts'
import type { KeptResource } from '#server/courses/resources/resource-list.ts'

export type SearchText = Readonly<{
  id: string
  kind: 'Lesson' | 'Word' | 'Job aid' | 'Right now' | 'Course' | 'Support' | 'Resource'
  title: string
  body: string
  href: string
  course: string | null
  module: string | null
  lesson: string | null
}>

/** Everything that can be found. Questions and exercises are left out: their answers aren't for looking up. */
export function searchTexts(catalogue: Catalogue, resources: readonly KeptResource[]): readonly SearchText[] {
  const courses = [...catalogue.courses.values()].map(({ current }) => current)
  const page = (kind: SearchText['kind'], href: string, title: string, body: string): SearchText => ({
    ...{ id: href, kind, href, title, body },
    ...{ course: null, module: null, lesson: null },
  })
  return [
    ...courses.map((one) =>
      page('Course', `/courses/${one.slug}`, one.shortTitle, `${one.title}. ${one.summary}`),
    ),
    ...courses.flatMap((course) =>
      course.modules.flatMap((module) =>
        module.lessons.map((lesson) => {
          const href = lessonPath(course.slug, module.slug, lesson.slug)
          const texts = lesson.pieces
            .filter(({ kind }) => kind === 'text')
            .map(({ html }) => wordsOfHtml(html))
          const body = [lesson.purpose, ...texts].join(' ')
          const place = { course: course.slug, module: module.slug, lesson: lesson.slug }
          return { ...page('Lesson', href, lesson.title, body), ...place }
        }),
      ),
    ),
    ...catalogue.glossary.map(({ slug, term, also, html }) =>
      page('Word', `/glossary#${slug}`, term, [...also, wordsOfHtml(html)].join(' ')),
    ),
    ...catalogue.jobAids.map(({ slug, sheet }) =>
      page(
        'Job aid',
        `/job-aids/${slug}`,
        sheet.title,
        `${sheet.lead} ${wordsOfHtml(sheetHtml(sheet.blocks))}`,
      ),
    ),
    ...catalogue.rightNow.map(({ id, title, lead, also, say, steps, avoid }) =>
      page(
        'Right now',
        `/right-now/${id}`,
        title,
        [lead, also, say, ...steps, avoid].map(wordsOfHtml).join(' '),
      ),
    ),
    ...catalogue.support.map(({ name, about }, at) => ({
      ...page('Support', '/support', name, about ?? ''),
      id: `support-${at}`,
    })),
    ...resources
      // The Support page has the help lines of the project.
      .filter(({ isListed, isOwn, group }) => isListed && (isOwn || group !== 'help-lines'))
      .map(({ id, name, about, phone, email }) =>
        page('Resource', `/resources#${id}`, name, [about, phone, email].filter(Boolean).join(' ')),
      ),
  ]
}

const unread = /^(svg|sup|small|form|script|style)$/
const unreadClass = /\b(lesson-term-note|lesson-sources)\b/

/** What a page says, in one line. */
export function wordsOfHtml(html: string): string {
  const parts: string[] = []
  const visit = (nodes: readonly ChildNode[]) => {
    for (const node of nodes)
      if (isText(node)) parts.push(node.data)
      else if (isTag(node) && !unread.test(node.name) && !unreadClass.test(node.attribs.class ?? '')) {
        visit(node.children)
        if (/^(p|li|h\d|div|td|th|dd|dt|br)$/.test(node.name)) parts.push(' ')
      }
  }
  visit(parseDocument(html).children)
  return parts.join('').replaceAll(/\s+/g, ' ').trim()
}
