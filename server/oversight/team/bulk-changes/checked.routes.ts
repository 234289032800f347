import { Type } from 'typebox'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { certificatesZip } from '#server/oversight/team/exports/certificates-zip.ts'
import { collectStaffCertificates } from '#server/oversight/team/exports/staff-certificates.actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { remindPerson } from '#server/standings/reminders/reminders.actions.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { type CheckedPerson, listChecked } from './checked.queries.ts'
import { mostRows, teamAddress } from './team-address.ts'
import { toldOf } from './told.ts'

type Needs = Readonly<{
  db: Database
  offered: FindOffered
  clock: () => Date
  config: Readonly<{ keysFile: string }>
}>

/** Reminders and certificates of the rows that a supervisor checked on the team page, or of one row from its menu. */
export async function checkedRoutes(app: App, { db, clock, config }: Needs): Promise<void> {
  const supervisors = { policy: ['supervisor', 'program_admin'] } as const
  const rows = {
    row: Type.Optional(Type.Array(uuid(), { maxItems: mostRows })),
    only: Type.Optional(uuid()),
    back: Type.Optional(text(1000)),
  }
  const querystring = Type.Object(rows)
  type Rows = Readonly<{ row?: readonly string[]; only?: string; back?: string }>

  app.post(
    '/team/reminders',
    { config: supervisors, schema: { body: form(rows) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const people = new Set((await checkedBy(viewer, request.body)).map(({ person_id }) => person_id))
      people.delete(viewer.id)
      const told = { sent: 0, earlier: 0, nothing: 0 }
      for (const person of people) {
        const { kind } = await remindPerson(db, viewer, person, clock())
        told[({ sent: 'sent', 'sent-today': 'earlier', 'nothing-due': 'nothing' } as const)[kind]] += 1
      }
      return reply.redirect(teamAddress(request.body.back, people.size > 0 ? toldOf(told) : 'none'), 303)
    },
  )

  app.get(
    '/team/certificates.zip',
    { config: supervisors, schema: { querystring } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const checked = await checkedBy(viewer, request.query)
      if (checked.length === 0) return reply.redirect(teamAddress(request.query.back, 'none'), 303)
      const people = [...new Set(checked.map(({ person_id }) => person_id))]
      const needs = { db, keysFile: config.keysFile }
      const certificates = await collectStaffCertificates(needs, viewer, people, clock())
      if (certificates.length === 0)
        return reply.redirect(teamAddress(request.query.back, 'uncertified'), 303)
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="certificates-${dayOf(clock())}.zip"`)
        .send(Buffer.from(certificatesZip(certificates, clock())))
    },
  )

  const checkedBy = (viewer: Viewer, { row = [], only }: Rows): Promise<readonly CheckedPerson[]> =>
    listChecked(db, only ? [only] : row, viewer.supervised_program_ids, dayOf(clock()))
}
