import { Type } from 'typebox'
import type { Catalogue, CourseVersion, Lesson, Module } from '#server/courses/catalogue/catalogue.ts'
import { setChangeDay } from '#server/courses/catalogue/change-days.actions.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { dayOf, parseDay } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text } from '#server/web/routes.ts'
import { listApprovalRecords } from './approvals.queries.ts'
import { commentOnParagraph } from './comments/comments.actions.ts'
import { listComments, listThreadsOfLesson } from './comments/comments.queries.ts'
import { countOpenMistakes } from './mistakes.queries.ts'
import { afterPart, partsToReview, readersOf } from './reading-coverage.ts'
import { recordReviewReading } from './readings.actions.ts'
import { listReviewReadings } from './readings.queries.ts'
import {
  comparePage,
  lessonParagraphs,
  readWords,
  reviewLessonPage,
  reviewListPage,
  reviewQuestionsPage,
  reviewVersionPage,
} from './review-page.ts'
import { listMeetings } from './statistics.queries.ts'
import { fewestPeople } from './statistics.ts'
import { findVersionRecord } from './version-record.queries.ts'
import { listOpenFlags, type OpenFlag } from './watch/changed-facts.queries.ts'
import { countDue } from './watch/fact-checks.ts'

type LessonAt = Readonly<{ text: CourseVersion; module: Module; lesson: Lesson }>

type Needs = Readonly<{ db: Database; catalogue: Catalogue; offered: FindOffered; clock: () => Date }>

/** Content reviewers read any version with its answers, compare versions and comment. Approvals are in approvals.routes.ts. */
export async function courseReviewRoutes(app: App, { db, catalogue, offered, clock }: Needs): Promise<void> {
  const config = { policy: ['reviewer'] } as const
  const slug = () => Type.String({ pattern: '^[a-z0-9-]{1,80}$' })
  const version = () => Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+$' })
  const versionParams = Type.Object({ course: slug(), version: version() })
  const moduleParams = Type.Object({ ...versionParams.properties, module: slug() })
  const lessonParams = Type.Object({ ...moduleParams.properties, lesson: slug() })

  app.get('/review/courses', { config }, async (_request, reply) => {
    const approvals = await Promise.all(
      [...catalogue.courses.keys()].map(
        async (course) => [course, await listApprovalRecords(db, course)] as const,
      ),
    )
    const page = reviewListPage((await offered()).catalogue, new Map(approvals))
    return reply.page('courses/review/list', {
      ...page,
      mistakes: await countOpenMistakes(db),
      factsDue: countDue(catalogue.register, dayOf(clock())),
    })
  })

  app.get(
    '/review/courses/:course/:version',
    { config, schema: { params: versionParams } },
    async (request, reply) => {
      const { text } = textAt(request.params)
      const record = await findVersionRecord(db, text, viewerOf(request), fewestPeople)
      const page = reviewVersionPage((await offered()).catalogue, text, record, viewerOf(request))
      return reply.page('courses/review/version', { ...page, typed: {} })
    },
  )

  app.get(
    '/review/courses/:course/:version/lessons/:module/:lesson',
    {
      config,
      schema: {
        params: lessonParams,
        querystring: Type.Object({ paragraph: Type.Optional(Type.String({ pattern: '^[0-9a-f]{12}$' })) }),
      },
    },
    async (request, reply) => {
      const at = lessonAt(request.params)
      return reply.page('courses/review/lesson', await lessonPage(at, request.query.paragraph))
    },
  )

  app.post(
    '/review/courses/:course/:version/lessons/:module/:lesson/comments',
    {
      config,
      schema: {
        params: lessonParams,
        body: form({ paragraph: Type.String({ pattern: '^[0-9a-f]{12}$' }), body: text(4000) }),
      },
    },
    async (request, reply) => {
      const at = lessonAt(request.params)
      const { text, module, lesson } = at
      const paragraph =
        lessonParagraphs(lesson).find(({ anchor }) => anchor === request.body.paragraph) ?? notFound()
      const said = request.body.body.trim()
      const path = `/review/courses/${text.slug}/${text.version}/lessons/${module.slug}/${lesson.slug}`
      if (said === '') {
        const page = await lessonPage(at, paragraph.anchor)
        const errors = [{ field: 'body', message: 'Enter a comment.' }]
        return reply.status(422).page('courses/review/lesson', { ...page, errors })
      }
      const comment = { module: module.slug, lesson: lesson.slug, paragraph, body: said }
      await commentOnParagraph(db, viewerOf(request), text, comment, clock())
      return reply.redirect(`${path}#p-${paragraph.anchor}`, 303)
    },
  )

  app.get(
    '/review/courses/:course/:version/questions/:module',
    { config, schema: { params: moduleParams } },
    async (request, reply) => {
      const { text, module } = moduleAt(request.params)
      if (module.questions.size === 0) return notFound()
      const rows = await listMeetings(db, { course: text.slug, hash: text.hash }, module.slug)
      const flags = await flagsOfQuestions(text.slug, module.slug)
      const readBy = await readersWords(text, module.slug, '')
      return reply.page('courses/review/questions', {
        ...reviewQuestionsPage(text, module, rows),
        flags,
        readBy,
      })
    },
  )

  app.post(
    '/review/courses/:course/:version/lessons/:module/:lesson/reading',
    { config, schema: { params: lessonParams } },
    async (request, reply) => {
      const { text, module, lesson } = lessonAt(request.params)
      return reply.redirect(await markRead(viewerOf(request), text, module.slug, lesson.slug), 303)
    },
  )

  app.post(
    '/review/courses/:course/:version/questions/:module/reading',
    { config, schema: { params: moduleParams } },
    async (request, reply) => {
      const { text, module } = moduleAt(request.params)
      return reply.redirect(await markRead(viewerOf(request), text, module.slug, ''), 303)
    },
  )

  app.get(
    '/review/courses/:course/:version/compared-with/:other',
    { config, schema: { params: Type.Object({ ...versionParams.properties, other: version() }) } },
    async (request, reply) => {
      const { course, text } = textAt(request.params)
      const before = course.versions.get(request.params.other) ?? notFound()
      return reply.page('courses/review/compare', comparePage(before, text))
    },
  )

  app.post(
    '/review/courses/:course/:version/change-day',
    { config, schema: { params: versionParams, body: form({ due_on: text(40) }) } },
    async (request, reply) => {
      const { text } = textAt(request.params)
      const due = parseDay(request.body.due_on)
      if (text.change?.kind !== 'meaning') return notFound()
      if (!due || due <= dayOf(clock())) {
        const record = await findVersionRecord(db, text, viewerOf(request), fewestPeople)
        const page = reviewVersionPage((await offered()).catalogue, text, record, viewerOf(request))
        const errors = [{ field: 'due_on', message: 'Enter a date in the future, such as 3/15/2027.' }]
        return reply.status(422).page('courses/review/version', { ...page, typed: request.body, errors })
      }
      await setChangeDay(db, viewerOf(request), text, due, clock())
      return reply.redirect(`/review/courses/${text.slug}/${text.version}#change-day`, 303)
    },
  )

  /** Records that a reviewer read a part, and says where to go on. */
  async function markRead(viewer: Viewer, text: CourseVersion, module: string, lesson: string) {
    const part =
      partsToReview(text).find((one) => one.module === module && one.lesson === lesson) ?? notFound()
    await recordReviewReading(db, viewer, text, part, clock())
    return afterPart(text, module, lesson)
  }

  async function lessonPage({ text, module, lesson }: LessonAt, paragraph: string | undefined) {
    const [comments, threads, readBy] = await Promise.all([
      listComments(db, text.slug, module.slug, lesson.slug),
      listThreadsOfLesson(db, text.slug, module.slug, lesson.slug),
      readersWords(text, module.slug, lesson.slug),
    ])
    const page = reviewLessonPage(text, module, lesson, { comments, threads }, paragraph)
    const place = `${text.slug}/${module.slug}/${lesson.slug}`
    const flags = (await listOpenFlags(db, 'Lesson')).filter((one) => one.place === place)
    return { ...page, readBy, flags }
  }

  /** Who read a lesson, or the questions of a module. */
  async function readersWords(text: CourseVersion, module: string, lesson: string) {
    const part = partsToReview(text).find((one) => one.module === module && one.lesson === lesson)
    return part ? readWords(readersOf(part, await listReviewReadings(db, text.slug))) : ''
  }

  /** Each change that a question of the module has to be checked for, once. */
  async function flagsOfQuestions(course: string, module: string): Promise<readonly OpenFlag[]> {
    const open = await listOpenFlags(db, 'Question')
    const here = open.filter(({ place }) => place.startsWith(`${course}/${module}/`))
    return [...new Map(here.map((one) => [one.changed_fact_id, one])).values()]
  }

  function textAt(at: { course: string; version: string }) {
    const course = catalogue.courses.get(at.course) ?? notFound()
    return { course, text: course.versions.get(at.version) ?? notFound() }
  }

  function moduleAt(at: { course: string; version: string; module: string }) {
    const { text } = textAt(at)
    return { text, module: text.modules.find(({ slug }) => slug === at.module) ?? notFound() }
  }

  function lessonAt(at: { course: string; version: string; module: string; lesson: string }): LessonAt {
    const { text, module } = moduleAt(at)
    return { text, module, lesson: module.lessons.find(({ slug }) => slug === at.lesson) ?? notFound() }
  }
}
