import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import { findTextOutline } from '#server/courses/catalogue/texts.queries.ts'
import type { Database } from '#server/db/connection.ts'
import { findEnrollment } from '#server/learning/progress/queries.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { countAttempt, forgetAttempt } from '#server/people/sign-in/attempts.actions.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { TooManyRequests } from '#server/web/errors.ts'
import { type App, text } from '#server/web/routes.ts'
import { participantPage } from './group-page.ts'
import { confirmPresence, joinGroupSession } from './group-presences.actions.ts'
import { codeLength, typedCode } from './group-session.ts'
import { findGroupSessionByCode, findPresence, type GroupSession } from './group-sessions.queries.ts'

type Needs = Readonly<{ db: Database; offered: FindOffered; clock: () => Date }>

/** People in the room join with the code and confirm their own attendance. */
export async function groupJoiningRoutes(app: App, { db, offered, clock }: Needs): Promise<void> {
  const config = { policy: 'signed-in' } as const
  const params = Type.Object({ code: text(40) })

  app.get(
    '/join',
    { config, schema: { querystring: Type.Object({ code: Type.Optional(text(40)) }) } },
    async (request, reply) => {
      const typed = request.query.code
      if (typed === undefined) return reply.page('classroom/join', joinPage(''))
      const { length } = typedCode(typed)
      if (length !== codeLength)
        return reply.status(422).page('classroom/join', joinPage(typed, ofWrongLength(length)))
      const session = await sessionOf(reply, viewerOf(request), typed)
      if (session) return reply.redirect(`/join/${session.code}`, 303)
      return reply.status(404).page('classroom/join', unknownCode(typed))
    },
  )

  app.get('/join/:code', { config, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const session = await sessionOf(reply, viewer, request.params.code)
    if (!session) return reply.status(404).page('classroom/join', unknownCode(request.params.code))
    return reply.page('classroom/group-joined', await joinedPage(viewer, session))
  })

  app.post('/join/:code/presence', { config, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const session = await sessionOf(reply, viewer, request.params.code)
    if (!session) return reply.status(404).page('classroom/join', unknownCode(request.params.code))
    const answer = await joinGroupSession(db, viewer, session, clock())
    if (answer.kind === 'done') return reply.redirect(`/join/${session.code}`, 303)
    const page = await joinedPage(viewer, session)
    return reply.status(409).page('classroom/group-joined', { ...page, refused: answer.message })
  })

  app.post('/join/:code/confirmation', { config, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const session = await sessionOf(reply, viewer, request.params.code)
    if (!session) return reply.status(404).page('classroom/join', unknownCode(request.params.code))
    const { catalogue } = await offered()
    const answer = await confirmPresence(db, catalogue, viewer, session, clock())
    if (answer.kind === 'done') return reply.redirect(`/join/${session.code}`, 303)
    const page = await joinedPage(viewer, session)
    return reply.status(409).page('classroom/group-joined', { ...page, refused: answer.message })
  })

  /** Rate limited, so that no one can guess a code. Counted by person, because a whole room may share one IP address. */
  async function sessionOf(reply: FastifyReply, viewer: Viewer, typed: string) {
    const guess = [{ kind: 'join', value: viewer.id }] as const
    const seconds = await countAttempt(db, guess, clock())
    if (seconds > 0) {
      reply.header('retry-after', seconds)
      throw new TooManyRequests(seconds)
    }
    const session = await findGroupSessionByCode(db, viewer, typedCode(typed), dayOf(clock()))
    if (session) await forgetAttempt(db, guess)
    return session
  }

  async function joinedPage(viewer: Viewer, session: GroupSession) {
    const [{ catalogue }, presence, enrollment, taken] = await Promise.all([
      offered(),
      findPresence(db, session.id, viewer.id),
      findEnrollment(db, viewer.id, session.course),
      findTextOutline(db, session.content_hash),
    ])
    const text = enrollment ? await findTextOutline(db, enrollment.content_hash) : null
    return participantPage(catalogue, session, presence, { enrollment, taken, text }, viewer, clock())
  }
}

const unknownCode = (typed: string) =>
  joinPage(typed, 'No session of your program has that code. Check the code with your facilitator.')

const ofWrongLength = (length: number) =>
  length === 0
    ? 'Type the code that your facilitator shows.'
    : `The code has six letters and digits. You typed ${length}.`

const joinPage = (typed: string, message?: string) => ({
  title: 'Join a group session',
  typed,
  errors: message ? [{ field: 'code', message }] : [],
})
