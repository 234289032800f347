import { Type } from 'typebox'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { exerciseView } from '#server/courses/catalogue/exercise-view.ts'
import type { Database } from '#server/db/connection.ts'
import { exerciseFeedback } from '#server/learning/questions/feedback.ts'
import { dayOf } from '#server/lib/days.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { pathOfOurs } from '#server/web/paths.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { askForAfterCare, endAfterCare, markCaseAnswered } from './after-care.actions.ts'
import { findCaseOf, listCasesOf, wantsAfterCare } from './after-care.queries.ts'

const caseTitle = 'A short case'

type Needs = Readonly<{ db: Database; catalogue: Catalogue; clock: () => Date }>

/** Short cases after a course, for people who asked for them. No one else sees that they did, or what they answer. */
export async function afterCareRoutes(app: App, { db, catalogue, clock }: Needs): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const params = Type.Object({ case: uuid() })

  app.get('/after-care', { config: signedIn }, async (request, reply) => {
    const { id } = viewerOf(request)
    const cases = (await listCasesOf(db, id)).map((one) => ({
      ...one,
      courseTitle: catalogue.courses.get(one.course)?.current.shortTitle ?? one.course,
    }))
    return reply.page('learning/after-care', {
      title: 'Short cases after a course',
      isOn: await wantsAfterCare(db, id),
      cases,
    })
  })

  app.post(
    '/after-care',
    {
      config: signedIn,
      schema: {
        body: form({
          wanted: Type.Union([Type.Literal('yes'), Type.Literal('no')]),
          back: Type.Optional(text(2000)),
        }),
      },
    },
    async (request, reply) => {
      const { wanted, back } = request.body
      const { id } = viewerOf(request)
      if (wanted === 'yes') await askForAfterCare(db, id, dayOf(clock()))
      else await endAfterCare(db, id)
      return reply.redirect(pathOfOurs(back) ?? '/after-care', 303)
    },
  )

  app.get('/after-care/:case', { config: signedIn, schema: { params } }, async (request, reply) => {
    const { question, place } = await caseOf(viewerOf(request).id, request.params.case)
    const feedback = { kind: 'exercise', exercise: exerciseView(question, place) } as const
    return reply.page('learning/after-care-case', { title: caseTitle, feedback })
  })

  app.post(
    '/after-care/:case',
    {
      config: { ...signedIn, isRepeatable: true },
      schema: {
        params,
        body: Type.Record(Type.String({ maxLength: 80 }), Type.Unknown(), { maxProperties: 60 }),
      },
    },
    async (request, reply) => {
      const { id } = viewerOf(request)
      const { question, place } = await caseOf(id, request.params.case)
      const feedback = exerciseFeedback(question, request.body, place)
      if (feedback.kind === 'feedback') await markCaseAnswered(db, id, request.params.case, clock())
      if (request.headers['hx-request'] === 'true')
        return reply.partial('learning/_exercise-feedback', { feedback })
      return reply.page('learning/after-care-case', { title: caseTitle, feedback })
    },
  )

  async function caseOf(personId: string, id: string) {
    const { course, version, module, question: name } = (await findCaseOf(db, personId, id)) ?? notFound()
    const text = catalogue.courses.get(course)?.versions.get(version)
    const found = text?.modules.find(({ slug }) => slug === module)?.questions.get(name)
    // The address is the seed: each case has its own order of choices.
    const place = { course, module, lesson: '', action: `/after-care/${id}` }
    return { question: found ?? notFound(), place }
  }
}
