import { Type } from 'typebox'
import { scholarshipTraining } from '#server/classroom/scholarships/scholarship.ts'
import { recordPath } from '#server/courses/authoring/outside-courses.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { found, notFound } from '#server/web/errors.ts'
import { type App, uuid } from '#server/web/routes.ts'
import { register, withdraw } from './instructor-led.actions.ts'
import {
  findLedSession,
  type LedSession,
  listComing,
  listLed,
  listOwnRegistrations,
  listRegistrations,
} from './instructor-led.queries.ts'
import { ledLine, ledPage } from './instructor-led-page.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  offered: FindOffered
  clock: () => Date
}>

/** Instructor-led sessions: people find them, register, wait for a place and cancel. */
export async function ledSessionRoutes(app: App, { db, catalogue, offered, clock }: Needs): Promise<void> {
  const open = { policy: 'public' } as const
  const signedIn = { policy: 'signed-in' } as const
  const params = Type.Object({ session: uuid() })

  app.get('/courses', { config: open }, async (request, reply) => {
    const { viewer } = request
    const now = clock()
    const [today, coming, own] = await Promise.all([
      offered(),
      listComing(db, viewer, dayOf(now), now),
      viewer ? listOwnRegistrations(db, viewer) : [],
    ])
    const courses = [...today.catalogue.courses.values()].map(({ current }) => current)
    const elsewhere = catalogue.elsewhere.map((one) => ({
      ...one,
      href: `/courses/elsewhere/${one.id}`,
      record: recordPath(one),
    }))
    return reply.page('courses/catalogue', {
      title: 'Courses',
      courses,
      elsewhere,
      coming: coming.filter(isNotOwn).map(ledLine),
      own: own.filter(({ ends_at }) => ends_at > now).map(ledLine),
    })
  })

  const training = Type.Object({ training: Type.String({ pattern: '^[a-z0-9-]{1,80}$' }) })

  app.get(
    '/courses/elsewhere/:training',
    { config: open, schema: { params: training } },
    async (request, reply) => {
      const one = catalogue.elsewhere.find(({ id }) => id === request.params.training) ?? notFound()
      const now = clock()
      const coming = await listComing(db, request.viewer, dayOf(now), now)
      return reply.page('courses/outside-course', {
        title: one.title,
        training: {
          ...one,
          record: recordPath(one),
          sessions: coming.filter(({ training }) => training === one.id).map(ledLine),
        },
        scholarshipTraining,
      })
    },
  )

  app.get('/sessions', { config: open }, async (request, reply) => {
    const { viewer } = request
    const now = clock()
    const [coming, own, led] = await Promise.all([
      listComing(db, viewer, dayOf(now), now),
      viewer ? listOwnRegistrations(db, viewer) : [],
      viewer ? listLed(db, viewer) : [],
    ])
    return reply.page('classroom/sessions', {
      title: 'Sessions',
      coming: coming.filter(isNotOwn).map(ledLine),
      own: own.map(ledLine),
      led: led.map(ledLine),
      canPublish: viewer !== null && hasRole(viewer, 'program_admin', 'system_admin'),
      isSystemAdministrator: viewer !== null && hasRole(viewer, 'system_admin'),
      leadsGroups: viewer !== null && viewer.supervised_program_ids.length > 0,
    })
  })

  app.get('/sessions/:session', { config: open, schema: { params } }, async (request, reply) =>
    reply.page('classroom/instructor-led-session', await pageOf(request.viewer, request.params.session)),
  )

  app.post(
    '/sessions/:session/registration',
    { config: signedIn, schema: { params } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const session = await sessionOf(viewer, request.params.session)
      const answer = found(await register(db, viewer, session.id, clock()))
      if (answer.kind === 'done') return reply.redirect(`/sessions/${session.id}`, 303)
      const page = await pageOf(viewer, session.id)
      return reply.status(409).page('classroom/instructor-led-session', { ...page, refused: answer.message })
    },
  )

  app.post(
    '/sessions/:session/registration/end',
    { config: signedIn, schema: { params } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const session = await sessionOf(viewer, request.params.session)
      const answer = found(await withdraw(db, viewer, session.id, clock()))
      if (answer.kind === 'refused') {
        const page = await pageOf(viewer, session.id)
        return reply
          .status(409)
          .page('classroom/instructor-led-session', { ...page, refused: answer.message })
      }
      return reply.redirect(`/sessions/${session.id}`, 303)
    },
  )

  const sessionOf = async (viewer: Viewer | null, id: string) =>
    (await findLedSession(db, viewer, id, dayOf(clock()))) ?? notFound()

  async function pageOf(viewer: Viewer | null, id: string) {
    const session = await sessionOf(viewer, id)
    const registrations = session.own ? await listRegistrations(db, id) : []
    const own = registrations.find((one) => one.id === session.own?.id) ?? null
    return ledPage(session, own, viewer, clock())
  }
}

/** The viewer's own sessions are listed separately. */
const isNotOwn = ({ own }: LedSession) => own === null
