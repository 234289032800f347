import { Type } from 'typebox'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { listProgramsOf } from '#server/programs/queries.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { found, notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { cancelSession, changeSession, publishSession } from './instructor-led.actions.ts'
import { findInstructor, findLedSessionToChange, type LedSession } from './instructor-led.queries.ts'
import { ledFields, scopesOf, scopeValue } from './instructor-led-fields.ts'
import {
  type LedFormRead,
  mostMeetings,
  readLedForm,
  type Scope,
  typedSession,
} from './instructor-led-form.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  clock: () => Date
}>

/** An administrator publishes, edits or cancels an instructor-led session. */
export async function organizingRoutes(app: App, { db, catalogue, clock }: Needs): Promise<void> {
  const organizes = { policy: ['trainer', 'program_admin', 'system_admin'] } as const
  const params = Type.Object({ session: uuid() })

  const names = [
    ...['training', 'title', 'provider', 'instructor', 'instructor_email', 'about', 'subject', 'mastery'],
    ...['place', 'link', 'scope', 'audience', 'places', 'closes_on', 'contact', 'hours', 'minutes_may_miss'],
    ...Array.from({ length: mostMeetings }, (_, at) => [
      `on${at + 1}`,
      `from${at + 1}`,
      `to${at + 1}`,
    ]).flat(),
  ]
  const body = form(Object.fromEntries(names.map((name) => [name, Type.Optional(text(2000))])))

  app.get(
    '/sessions/new',
    { config: organizes, schema: { querystring: Type.Object({ training: Type.Optional(text(80)) }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { training } = request.query
      const typed = training ? { training } : {}
      return reply.page('classroom/instructor-led-new', newPage(viewer, await scopes(viewer), typed, []))
    },
  )

  app.post('/sessions', { config: organizes, schema: { body } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const typed = request.body as Typed
    const own = await scopes(viewer)
    const read = await readForm(typed, own)
    if (read.kind === 'problems')
      return reply
        .status(422)
        .page('classroom/instructor-led-new', newPage(viewer, own, typed, read.problems))
    const id = await publishSession(db, viewer, read.program_id, read.details, clock())
    return reply.redirect(`/sessions/${id}`, 303)
  })

  app.get('/sessions/:session/edit', { config: organizes, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const session = await sessionOf(viewer, request.params.session)
    const typed = typedSession({ ...session, scope: scopeValue(session) })
    return reply.page(
      'classroom/instructor-led-new',
      editPage(viewer, session, await ownScopes(viewer, session), typed, []),
    )
  })

  app.post(
    '/sessions/:session/edit',
    { config: organizes, schema: { params, body } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const session = await sessionOf(viewer, request.params.session)
      const typed = request.body as Typed
      const own = await ownScopes(viewer, session)
      const again = (errors: readonly FieldError[]) =>
        reply.status(422).page('classroom/instructor-led-new', editPage(viewer, session, own, typed, errors))
      const read = await readForm(typed, own)
      if (read.kind === 'problems') return again(read.problems)
      const answer = found(await changeSession(db, viewer, session.id, read.details, clock()))
      if (answer.kind === 'refused') return again([answer])
      return reply.redirect(`/sessions/${session.id}`, 303)
    },
  )

  app.get(
    '/sessions/:session/cancellation',
    { config: organizes, schema: { params } },
    async (request, reply) => {
      const session = await sessionOf(viewerOf(request), request.params.session)
      return reply.page('classroom/instructor-led-cancel', {
        title: 'Cancel the session',
        session,
        typed: '',
      })
    },
  )

  app.post(
    '/sessions/:session/cancellation',
    { config: organizes, schema: { params, body: form({ reason: text(500) }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const session = await sessionOf(viewer, request.params.session)
      const typed = request.body.reason
      const answer = found(await cancelSession(db, viewer, session.id, typed.trim(), clock()))
      if (answer.kind === 'refused')
        return reply.status(422).page('classroom/instructor-led-cancel', {
          title: 'Cancel the session',
          session,
          typed,
          errors: [answer],
        })
      return reply.redirect(`/sessions/${session.id}`, 303)
    },
  )

  const sessionOf = async (viewer: Viewer, id: string) =>
    (await findLedSessionToChange(db, viewer, id)) ?? notFound()

  const scopes = async (viewer: Viewer) =>
    scopesOf(viewer, (await listProgramsOf(db, viewer, dayOf(clock()), { size: 200 })).programs)

  /** The organizer of a session can't change, only whom it is open to. */
  const ownScopes = async (viewer: Viewer, session: LedSession) =>
    (await scopes(viewer)).filter(({ program_id }) => program_id === session.program_id)

  async function readForm(typed: Typed, own: readonly Scope[]) {
    const read: LedFormRead = readLedForm(typed, catalogue.elsewhere, own, clock())
    const email = typed.instructor_email?.trim().toLowerCase()
    const instructor = email ? await findInstructor(db, email) : null
    const problems =
      email && !instructor
        ? [
            {
              field: 'instructor_email',
              message:
                'No one with this email has an account here. Leave it empty and record attendance yourself.',
            },
          ]
        : []
    if (read.kind === 'problems') return { kind: read.kind, problems: [...read.problems, ...problems] }
    if (problems.length > 0) return { kind: 'problems' as const, problems }
    const details = { ...read.entry, instructor_id: instructor?.id ?? null }
    return { kind: 'entry' as const, program_id: read.program_id, details }
  }

  const newPage = (viewer: Viewer, own: readonly Scope[], typed: Typed, errors: readonly FieldError[]) => ({
    title: 'Publish a session',
    lead: 'The session is listed on the Courses page until it is over. If it is full, people can join a waiting list.',
    action: '/sessions',
    button: 'Publish session',
    back: '/sessions',
    fields: ledFields(typed, catalogue.elsewhere, own, viewer),
    hasMore: Object.keys(typed).some((name) => /^(on|from|to)[2-9]$/.test(name) && typed[name]),
    errors,
  })

  const editPage = (
    viewer: Viewer,
    session: LedSession,
    own: readonly Scope[],
    typed: Typed,
    errors: readonly FieldError[],
  ) => ({
    ...newPage(viewer, own, typed, errors),
    title: 'Edit the session',
    lead: 'Everyone who registered gets an email if email is set up. The earlier announcement stays on record.',
    action: `/sessions/${session.id}/edit`,
    button: 'Save changes',
    back: `/sessions/${session.id}`,
  })
}
