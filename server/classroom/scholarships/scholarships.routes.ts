import { Type } from 'typebox'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { reader, type Typed } from '#server/programs/typed-form.ts'
import { found, notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { scholarshipTraining, stateWords, stepsOpenTo, stepWords } from './scholarship.ts'
import { askForScholarship, takeScholarshipStep } from './scholarships.actions.ts'
import {
  findScholarshipOf,
  listProgramsToAskFor,
  listScholarshipsOf,
  type Scholarship,
} from './scholarships.queries.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  clock: () => Date
}>

/** A program requests a scholarship, a system administrator answers, and both see the full history. */
export async function scholarshipRoutes(app: App, { db, catalogue, clock }: Needs): Promise<void> {
  const config = { policy: 'signed-in' } as const
  const params = Type.Object({ request: uuid() })

  app.get('/scholarships', { config }, async (request, reply) => {
    const viewer = viewerOf(request)
    return reply.page('classroom/scholarships', {
      title: 'Scholarship requests',
      isAdministrator: hasRole(viewer, 'system_admin'),
      requests: (await listScholarshipsOf(db, viewer)).map((one) => ({
        ...one,
        status: stateWords[one.state],
      })),
    })
  })

  app.get('/scholarships/new', { config }, async (request, reply) =>
    reply.page('classroom/scholarship-new', await newPage(viewerOf(request), {}, [])),
  )

  app.post(
    '/scholarships',
    {
      config,
      schema: {
        body: form({
          program: Type.Optional(text(60)),
          trainee: Type.Optional(text(500)),
          why: Type.Optional(text(5000)),
          contact: Type.Optional(text(500)),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const training = trainingOf()
      const now = clock()
      const typed = reader(request.body, dayOf(now))
      const programs = await listProgramsToAskFor(db, viewer, dayOf(now))
      const program = programs.find(({ id }) => id === request.body.program)
      if (!program) typed.refuse('program', 'Choose a program.')
      const trainee = typed.line('trainee', 'Enter who will take the training.')
      const why = (request.body.why ?? '').trim()
      if (why === '') typed.refuse('why', 'Enter a reason in a few sentences.')
      if (why.length > 2000) typed.refuse('why', 'Enter 2,000 characters or fewer.')
      const contact = typed.line('contact', 'Enter an email or phone number.')
      if (!program || typed.problems.length > 0)
        return reply
          .status(422)
          .page('classroom/scholarship-new', await newPage(viewer, request.body, typed.problems))
      const entry = { training: training.id, program_id: program.id, trainee, why, contact }
      const id = await askForScholarship(db, viewer, entry, now)
      return reply.redirect(`/scholarships/${id}`, 303)
    },
  )

  app.get('/scholarships/:request', { config, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const one = (await findScholarshipOf(db, viewer, request.params.request)) ?? notFound()
    return reply.page('classroom/scholarship', onePage(viewer, one, '', []))
  })

  const steps = ['asked', 'answered', 'granted', 'declined', 'withdrawn'] as const
  app.post(
    '/scholarships/:request/steps',
    {
      config,
      schema: {
        params,
        body: form({
          step: Type.Union(steps.map((step) => Type.Literal(step))),
          words: Type.Optional(text(2000)),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const one = (await findScholarshipOf(db, viewer, request.params.request)) ?? notFound()
      const { step, words = '' } = request.body
      const answer = found(await takeScholarshipStep(db, viewer, one.id, step, words.trim(), clock()))
      if (answer.kind === 'refused') {
        const now = (await findScholarshipOf(db, viewer, one.id)) ?? notFound()
        const errors = [{ field: 'words', message: answer.message }]
        return reply.status(422).page('classroom/scholarship', onePage(viewer, now, words, errors))
      }
      return reply.redirect(`/scholarships/${one.id}`, 303)
    },
  )

  const trainingOf = () => catalogue.elsewhere.find(({ id }) => id === scholarshipTraining) ?? notFound()

  async function newPage(viewer: Viewer, typed: Typed, errors: readonly FieldError[]) {
    const training = trainingOf()
    const programs = await listProgramsToAskFor(db, viewer, dayOf(clock()))
    return { title: 'Request a scholarship', training, programs, typed, viewer, errors }
  }

  const onePage = (viewer: Viewer, one: Scholarship, typed: string, errors: readonly FieldError[]) => {
    const isRequester = one.requested_by === viewer.id
    const open = stepsOpenTo(one.state, { isRequester, isAdministrator: hasRole(viewer, 'system_admin') })
    const training = catalogue.elsewhere.find(({ id }) => id === one.training) ?? null
    return {
      title: 'Scholarship request',
      one,
      training,
      status: stateWords[one.state],
      stepWords,
      open,
      isRequester,
      typed,
      errors,
    }
  }
}
