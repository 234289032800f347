import { Type } from 'typebox'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { listProgramsOf } from '#server/programs/queries.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { groupFields, moduleChoices, readGroupForm } from './group-form.ts'
import { facilitatorPage, sessionTitle, stateWords } from './group-page.ts'
import { correctPresence } from './group-presences.actions.ts'
import { groupState, leftOf } from './group-session.ts'
import { endGroupSession, openGroupSession } from './group-sessions.actions.ts'
import {
  findGroupSessionOf,
  type GroupSession,
  listFacilitators,
  listGroupSessions,
  listPresences,
} from './group-sessions.queries.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  offered: FindOffered
  clock: () => Date
  config: Readonly<{ baseUrl: string }>
}>

/** Group sessions: the facilitator creates one, sees the attendance and closes it. */
export async function groupSessionRoutes(
  app: App,
  { db, catalogue, offered, clock, config }: Needs,
): Promise<void> {
  const leads = { policy: ['supervisor', 'program_admin'] } as const
  const params = Type.Object({ session: uuid() })
  const optional = () => Type.Optional(text(300))
  const choices = async () => moduleChoices((await offered()).catalogue)

  app.get('/group-sessions', { config: leads }, async (request, reply) => {
    const now = clock()
    const sessions = (await listGroupSessions(db, viewerOf(request))).map((session) => ({
      ...session,
      title: sessionTitle(catalogue, session),
      status: stateWords[groupState(session, now)],
    }))
    return reply.page('classroom/group-sessions', { title: 'Group sessions', sessions })
  })

  app.get(
    '/group-sessions/new',
    { config: leads, schema: { querystring: Type.Object({ module: optional() }) } },
    async (request, reply) =>
      reply.page('classroom/group-new', await newPage(viewerOf(request), request.query, [])),
  )

  app.post(
    '/group-sessions',
    {
      config: leads,
      schema: {
        body: form({
          module: optional(),
          program: optional(),
          place: optional(),
          on: optional(),
          at: optional(),
          facilitator: optional(),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const now = clock()
      const { programs, facilitators } = await placesOf(viewer, request.body)
      const read = readGroupForm(request.body, await choices(), programs, facilitators, now)
      if (read.kind === 'problems')
        return reply
          .status(422)
          .page('classroom/group-new', await newPage(viewer, request.body, read.problems))
      const { kind: _, choice, ...entry } = read
      const id = await openGroupSession(
        db,
        viewer,
        { ...entry, module: choice.module.slug },
        choice.course,
        now,
      )
      return reply.redirect(`/group-sessions/${id}`, 303)
    },
  )

  app.get('/group-sessions/:session', { config: leads, schema: { params } }, async (request, reply) => {
    const session = (await findGroupSessionOf(db, viewerOf(request), request.params.session)) ?? notFound()
    const page = await ledPage(session)
    // Polled while people join: only the attendance list.
    if (request.headers['hx-request'] === 'true') return reply.partial('classroom/_group-people', page)
    return reply.page('classroom/group-session', page)
  })

  app.post(
    '/group-sessions/:session/end',
    {
      config: leads,
      schema: {
        params,
        body: form({
          outcome: Type.Union([Type.Literal('held'), Type.Literal('called-off')]),
          reason: Type.Optional(text(500)),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const session = (await findGroupSessionOf(db, viewer, request.params.session)) ?? notFound()
      const { outcome, reason = '' } = request.body
      const end = { outcome, reason: reason.trim() }
      const answer = await endGroupSession(db, catalogue, viewer, session, end, clock())
      if (answer.kind === 'done') return reply.redirect(`/group-sessions/${session.id}`, 303)
      const errors = [{ field: 'reason', message: answer.message }]
      return reply.status(422).page('classroom/group-session', { ...(await ledPage(session)), errors })
    },
  )

  const presenceParams = Type.Object({ session: uuid(), presence: uuid() })
  app.get(
    '/group-sessions/:session/presences/:presence',
    { config: leads, schema: { params: presenceParams } },
    async (request, reply) => {
      const session = (await findGroupSessionOf(db, viewerOf(request), request.params.session)) ?? notFound()
      const page = await presencePage(session, request.params.presence, '', [])
      return reply.page('classroom/group-presence', page)
    },
  )

  app.post(
    '/group-sessions/:session/presences/:presence/acts',
    {
      config: leads,
      schema: {
        params: presenceParams,
        body: form({
          act: Type.Union([Type.Literal('left'), Type.Literal('stayed')]),
          reason: text(500),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const session = (await findGroupSessionOf(db, viewer, request.params.session)) ?? notFound()
      const { presence } = request.params
      const { act, reason } = request.body
      const correction = { presence_id: presence, act, reason: reason.trim() }
      const answer = await correctPresence(db, catalogue, viewer, session, correction, clock())
      if (answer.kind === 'absent') return notFound()
      if (answer.kind === 'done') return reply.redirect(`/group-sessions/${session.id}#people`, 303)
      const errors = [{ field: 'reason', message: answer.message }]
      const page = await presencePage(session, presence, reason, errors)
      return reply.status(422).page('classroom/group-presence', page)
    },
  )

  async function placesOf(viewer: Viewer, typed: Typed) {
    const found = await listProgramsOf(db, viewer, dayOf(clock()), { size: 200 })
    const programs = found.programs.filter(({ id }) => viewer.supervised_program_ids.includes(id))
    const program = programs.find(({ id }) => id === typed.program) ?? programs[0]
    return { programs, facilitators: program ? await listFacilitators(db, program.id) : [] }
  }

  async function newPage(viewer: Viewer, typed: Typed, errors: readonly FieldError[]) {
    const { programs, facilitators } = await placesOf(viewer, typed)
    const fields = groupFields(typed, await choices(), programs, facilitators, viewer, clock())
    return { title: 'Create a group session', fields, errors }
  }

  const ledPage = async (session: GroupSession) =>
    facilitatorPage(catalogue, session, await listPresences(db, session.id), config.baseUrl, clock())

  async function presencePage(
    session: GroupSession,
    id: string,
    typed: string,
    errors: readonly FieldError[],
  ) {
    const presence = (await listPresences(db, session.id)).find((one) => one.id === id) ?? notFound()
    const left = leftOf(presence)
    return {
      title: left ? 'Correct attendance' : 'Record that they left early',
      sessionTitle: sessionTitle(catalogue, session),
      session,
      presence,
      left,
      typed,
      errors,
    }
  }
}
