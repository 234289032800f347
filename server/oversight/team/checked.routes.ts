import { Type } from 'typebox'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { startPeriod } from '#server/programs/roster/periods.actions.ts'
import { periodFields } from '#server/programs/roster/roster-fields.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { remindPerson } from '#server/standings/reminders/reminders.actions.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { certificatesZip } from './certificates-zip.ts'
import { collectStaffCertificates } from './staff-certificates.actions.ts'
import { type CheckedPerson, listChecked } from './team.queries.ts'
import { addressOf } from './team-filter.ts'
import { toldOf } from './told.ts'

type Needs = Readonly<{
  db: Database
  offered: FindOffered
  clock: () => Date
  config: Readonly<{ keysFile: string }>
  afterChange: AfterChange
}>

/** As many rows as a page of the team shows, and what fits in an address. */
const mostRows = 200

/** What a supervisor does for the rows they checked on the team page, or for one row from its menu. */
export async function checkedRoutes(app: App, { db, clock, config, afterChange }: Needs): Promise<void> {
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
      return reply.redirect(backTo(request.body, people.size > 0 ? toldOf(told) : 'none'), 303)
    },
  )

  app.get('/team/leave', { config: supervisors, schema: { querystring } }, async (request, reply) => {
    const checked = await checkedBy(viewerOf(request), request.query)
    if (checked.length === 0) return reply.redirect(backTo(request.query, 'none'), 303)
    return reply.page('oversight/team/leave', leavePage(checked, request.query, {}, []))
  })

  app.post(
    '/team/leave',
    {
      config: supervisors,
      schema: {
        body: form({ ...rows, from_on: Type.Optional(text(40)), to_on: Type.Optional(text(40)) }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { from_on = '', to_on = '', ...asked } = request.body
      const typed = { from_on, to_on }
      const checked = await checkedBy(viewer, asked)
      const refused = await recordLeave(viewer, checked, typed)
      if (refused.length === 0) return reply.redirect(backTo(asked, `leave-${checked.length}`), 303)
      return reply.status(422).page('oversight/team/leave', leavePage(checked, asked, typed, refused))
    },
  )

  app.get(
    '/team/certificates.zip',
    { config: supervisors, schema: { querystring } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const checked = await checkedBy(viewer, request.query)
      if (checked.length === 0) return reply.redirect(backTo(request.query, 'none'), 303)
      const people = [...new Set(checked.map(({ person_id }) => person_id))]
      const needs = { db, keysFile: config.keysFile }
      const certificates = await collectStaffCertificates(needs, viewer, people, clock())
      if (certificates.length === 0) return reply.redirect(backTo(request.query, 'uncertified'), 303)
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="certificates-${dayOf(clock())}.zip"`)
        .send(Buffer.from(certificatesZip(certificates, clock())))
    },
  )

  const checkedBy = (viewer: Viewer, { row = [], only }: Rows): Promise<readonly CheckedPerson[]> =>
    listChecked(db, only ? [only] : row, viewer.supervised_program_ids)

  type Refused = Readonly<{ person: CheckedPerson; problems: readonly Problem[] }>

  /** One entry on the record a person, as if each were recorded alone. */
  async function recordLeave(
    viewer: Viewer,
    people: readonly CheckedPerson[],
    typed: Typed,
  ): Promise<readonly Refused[]> {
    const refused: Refused[] = []
    for (const person of people) {
      const acting = { viewer, now: clock(), afterChange }
      const { program_id, assignment_id } = person
      const answer = await startPeriod(db, acting, program_id, 'leave', assignment_id, typed)
      if (answer.kind === 'problems') refused.push({ person, problems: answer.problems })
      if (answer.kind === 'refused')
        refused.push({ person, problems: [{ field: 'from_on', message: answer.message }] })
    }
    return refused
  }

  function leavePage(
    checked: readonly CheckedPerson[],
    { back = '' }: Rows,
    typed: Typed,
    refused: readonly Refused[],
  ) {
    const done = checked.length - refused.length
    // The same mistake for everyone, such as a date that can't be read, belongs to its field.
    const [first] = refused
    const isShared =
      first !== undefined &&
      done === 0 &&
      refused.every(({ problems }) => problems[0]?.message === first.problems[0]?.message)
    return {
      title: 'Record leave',
      people: refused.length > 0 ? refused.map(({ person }) => person) : checked,
      done,
      isAgain: refused.length > 0,
      refused: isShared
        ? []
        : refused.map(({ person, problems }) => ({
            name: person.name,
            says: problems.map(({ message }) => message).join(' '),
          })),
      fields: periodFields('leave', typed),
      errors: isShared ? first.problems : [],
      back,
      backHref: backTo({ back }, ''),
    }
  }

  /** The team page as it was filtered, with what became of it. */
  const backTo = ({ back = '' }: Rows, told: string): string => {
    const kept = Object.fromEntries([...new URLSearchParams(back)].filter(([name]) => filters.has(name)))
    const address = addressOf(kept)({})
    return told ? `${address}${address.includes('?') ? '&' : '?'}told=${told}` : address
  }
}

const filters = new Set(['program', 'show', 'search', 'sort', 'page', 'role', 'unit', 'worker', 'own'])
