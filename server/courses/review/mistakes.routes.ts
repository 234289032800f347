import { Type } from 'typebox'
import { type Catalogue, lessonPath } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { answerMistake, reportMistake } from './mistakes.actions.ts'
import { listMistakes } from './mistakes.queries.ts'

type Needs = Readonly<{ db: Database; catalogue: Catalogue; clock: () => Date }>

/** Readers report mistakes in lessons anonymously. Reviewers read and answer them. */
export async function mistakeRoutes(app: App, { db, catalogue, clock }: Needs): Promise<void> {
  const slug = () => Type.String({ pattern: '^[a-z0-9-]{1,80}$' })
  const params = Type.Object({ course: slug(), module: slug(), lesson: slug() })
  const version = Type.Optional(Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+$' }))
  const reader = { policy: 'signed-in' } as const
  const reviewer = { policy: ['reviewer'] } as const

  app.get(
    '/courses/:course/:module/:lesson/mistake',
    {
      config: reader,
      schema: { params, querystring: Type.Object({ version, sent: Type.Optional(text(5)) }) },
    },
    async (request, reply) => {
      const page = mistakePage({ ...request.params, version: request.query.version })
      return reply.page('courses/mistake', { ...page, isSent: request.query.sent === 'yes' })
    },
  )

  app.post(
    '/courses/:course/:module/:lesson/mistake',
    {
      // People may report a few mistakes in a row. Rate limited, so that scripts can't flood the reviewers' page.
      config: { ...reader, rateLimit: { max: 20, timeWindow: '10 minutes' } },
      schema: {
        params,
        body: form({ version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+$' }), body: text(2000) }),
      },
    },
    async (request, reply) => {
      const page = mistakePage({ ...request.params, version: request.body.version })
      const body = request.body.body.trim()
      if (body === '') {
        const errors = [{ field: 'body', message: 'Describe the mistake.' }]
        return reply.status(422).page('courses/mistake', { ...page, isSent: false, errors })
      }
      await reportMistake(db, page.text, request.params, body, dayOf(clock()))
      return reply.redirect(`${page.lessonHref}/mistake?sent=yes&version=${page.text.version}`, 303)
    },
  )

  app.get('/review/mistakes', { config: reviewer }, async (_request, reply) => {
    return reply.page('courses/review/mistakes', await mistakesPage())
  })

  app.post(
    '/review/mistakes/:mistake/answer',
    {
      config: reviewer,
      schema: { params: Type.Object({ mistake: uuid() }), body: form({ body: text(2000) }) },
    },
    async (request, reply) => {
      const { mistake } = request.params
      const body = request.body.body.trim()
      if (body === '') {
        const errors = [
          { field: `body-${mistake}`, message: 'Enter what you did, or why you changed nothing.' },
        ]
        return reply.status(422).page('courses/review/mistakes', { ...(await mistakesPage()), errors })
      }
      if (!(await answerMistake(db, viewerOf(request), mistake, body, clock()))) return notFound()
      return reply.redirect('/review/mistakes', 303)
    },
  )

  /** The lesson in this reader's version, or in the current one if that version is gone. */
  function mistakePage(at: { course: string; module: string; lesson: string; version?: string | undefined }) {
    const course = catalogue.courses.get(at.course) ?? notFound()
    const text = (at.version && course.versions.get(at.version)) || course.current
    const module = text.modules.find(({ slug }) => slug === at.module) ?? notFound()
    const lesson = module.lessons.find(({ slug }) => slug === at.lesson) ?? notFound()
    const lessonHref = lessonPath(text.slug, module.slug, lesson.slug)
    return { title: 'Report a mistake', robots: 'noindex', text, lesson, lessonHref }
  }

  async function mistakesPage() {
    const mistakes = (await listMistakes(db)).map((one) => {
      const text = catalogue.courses.get(one.course)?.versions.get(one.version)
      const module = text?.modules.find(({ slug }) => slug === one.module)
      const lesson = module?.lessons.find(({ slug }) => slug === one.lesson)
      const href = `/review/courses/${one.course}/${one.version}/lessons/${one.module}/${one.lesson}`
      return { ...one, title: lesson?.title ?? one.lesson, href: lesson ? href : null }
    })
    return {
      title: 'Reported mistakes',
      open: mistakes.filter(({ answer }) => answer === null),
      answered: mistakes.filter(({ answer }) => answer !== null),
    }
  }
}
