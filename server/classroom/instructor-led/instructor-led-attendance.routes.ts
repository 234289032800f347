import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { recordEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { found, notFound } from '#server/web/errors.ts'
import { type App, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { findLedSessionToLead, listRegistrations } from './instructor-led.queries.ts'
import { type Recorded, recordAttendance } from './instructor-led-attendance.actions.ts'
import { readAttendance, readAttendanceOf } from './instructor-led-attendance-form.ts'
import { attendancePage } from './instructor-led-page.ts'
import { attendeesCsv } from './instructor-led-registrations.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** A session's organizers and its instructor see registrations and record attendance. */
export async function attendanceRoutes(app: App, { db, clock }: Needs): Promise<void> {
  // An instructor may have no role. For anyone who doesn't lead the session it is not found.
  const config = { policy: 'signed-in' } as const
  const params = Type.Object({ session: uuid() })
  const oneParams = Type.Object({
    session: uuid(),
    registration: Type.String({ pattern: '^[1-9][0-9]{0,14}$' }),
  })
  const fields = Type.Record(Type.String({ maxLength: 40 }), text(500), { maxProperties: 2100 })

  app.get('/sessions/:session/attendance', { config, schema: { params } }, async (request, reply) =>
    reply.page(
      'classroom/instructor-led-attendance',
      await pageOf(viewerOf(request), request.params.session, {}, []),
    ),
  )

  app.post(
    '/sessions/:session/attendance',
    { config, schema: { params, body: fields } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const typed = request.body
      const page = await pageOf(viewer, request.params.session, typed, [])
      const read = readAttendance(typed, page.open)
      const errors =
        read.kind === 'problems'
          ? read.problems
          : await recorded(viewer, page.session.id, read.entries, 'attendance')
      if (errors.length === 0) return reply.redirect(`/sessions/${page.session.id}/attendance`, 303)
      return reply.status(422).page('classroom/instructor-led-attendance', { ...page, errors })
    },
  )

  app.get(
    '/sessions/:session/attendance/:registration',
    { config, schema: { params: oneParams } },
    async (request, reply) =>
      reply.page(
        'classroom/instructor-led-correct',
        await onePage(viewerOf(request), request.params, {}, []),
      ),
  )

  app.post(
    '/sessions/:session/attendance/:registration',
    { config, schema: { params: oneParams, body: fields } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const typed = request.body
      const page = await onePage(viewer, request.params, typed, [])
      const read = readAttendanceOf(typed, page.one)
      const errors =
        read.kind === 'problems'
          ? read.problems
          : await recorded(viewer, page.session.id, read.entries, 'reason')
      if (errors.length === 0) return reply.redirect(`/sessions/${page.session.id}/attendance`, 303)
      return reply.status(422).page('classroom/instructor-led-correct', { ...page, errors })
    },
  )

  app.get('/sessions/:session/attendees.csv', { config, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const { session, rows } = await pageOf(viewer, request.params.session, {}, [])
    await recordEvidence(db, {
      kind: 'records-exported',
      actor_id: viewer.id,
      subject: `session:${session.id}`,
      facts: { what: 'attendees', session_id: session.id, rows: rows.length },
      at: clock(),
    })
    return reply
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="attendees-${dayOf(session.starts_at)}.csv"`)
      .send(attendeesCsv(rows))
  })

  async function recorded(
    viewer: Viewer,
    sessionId: string,
    entries: readonly Recorded[],
    field: string,
  ): Promise<readonly FieldError[]> {
    const answer = found(await recordAttendance(db, viewer, sessionId, entries, clock()))
    return answer.kind === 'refused' ? [{ field, message: answer.message }] : []
  }

  async function pageOf(
    viewer: Viewer,
    id: string,
    typed: Readonly<Record<string, string>>,
    errors: readonly FieldError[],
  ) {
    const session = (await findLedSessionToLead(db, viewer, id)) ?? notFound()
    return { ...attendancePage(session, await listRegistrations(db, session.id), clock()), typed, errors }
  }

  async function onePage(
    viewer: Viewer,
    at: Readonly<{ session: string; registration: string }>,
    typed: Readonly<Record<string, string>>,
    errors: readonly FieldError[],
  ) {
    const { session, recorded } = await pageOf(viewer, at.session, {}, [])
    const one = recorded.find(({ id }) => id === Number(at.registration)) ?? notFound()
    return { title: 'Correct attendance', session, one, typed, errors }
  }
}
