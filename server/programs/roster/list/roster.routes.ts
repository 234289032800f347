import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { AccountMail } from '#server/people/account-emails.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { findRosterOf, findRosterToChangeOf, type ProgramHead } from '#server/programs/queries.ts'
import { recordHire } from '#server/programs/roster/changes/hires.actions.ts'
import { findPersonOnRoster } from '#server/programs/roster/employment/assignments.queries.ts'
import { contactFields, nameFields, workFields } from '#server/programs/roster/employment/roster-fields.ts'
import { workTexts } from '#server/programs/roster/employment/work-texts.ts'
import { giveLinks } from '#server/programs/roster/sign-in-links/sign-in-links.actions.ts'
import { requestsPath } from '#server/programs/second-person/requests.actions.ts'
import { readOtherDay, type Typed } from '#server/programs/typed-form.ts'
import { found, notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { changedWords } from './bulk-change-names.ts'
import { rosterFilters } from './roster-filters.ts'
import { listRoster } from './roster-list.queries.ts'
import { rosterPage } from './roster-page.ts'

type Needs = Readonly<{
  db: Database
  mail: AccountMail
  clock: () => Date
  config: Readonly<{ baseUrl: string }>
  afterChange: AfterChange
}>

/** A program's roster: the list, and adding a person. */
export async function rosterRoutes(app: App, { db, mail, clock, config, afterChange }: Needs): Promise<void> {
  const readers = { policy: ['supervisor', 'program_admin'] } as const
  const administrators = { policy: ['program_admin'] } as const
  const programParams = Type.Object({ program: uuid() })
  const optional = () => Type.Optional(text(500))
  const links = { mail, baseUrl: config.baseUrl }

  app.get(
    '/programs/:program/roster',
    {
      config: readers,
      schema: {
        params: programParams,
        querystring: Type.Object({
          search: optional(),
          show: optional(),
          sort: optional(),
          page: optional(),
          on: optional(),
          told: optional(),
        }),
      },
    },
    async (request, reply) => {
      const today = dayOf(clock())
      const filters = rosterFilters(request.query)
      const viewer = viewerOf(request)
      const place =
        (await findRosterOf(db, viewer, request.params.program, filters.on ?? today)) ?? notFound()
      const roster = await listRoster(db, place.program.id, filters.on ?? today, filters)
      const day = readOtherDay(request.query.on, today)
      return reply.page('programs/roster', {
        ...rosterPage(place, filters, roster, viewer, today),
        ...day,
        told: changedWords(request.query.told),
      })
    },
  )

  app.get(
    '/programs/:program/roster/new',
    { config: administrators, schema: { params: programParams } },
    async (request, reply) => {
      const place = await changeable(viewerOf(request), request.params.program)
      return reply.page('programs/change-form', { ...addForm(place.program, {}) })
    },
  )

  app.post(
    '/programs/:program/roster',
    {
      config: administrators,
      schema: {
        params: programParams,
        body: form({
          name: optional(),
          email: optional(),
          employee_id: optional(),
          worker_type: optional(),
          ...Object.fromEntries(workTexts.map(({ name }) => [name, optional()])),
          hired_on: optional(),
          duties_from: optional(),
          contact_from: optional(),
          contact_time: optional(),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { program } = await changeable(viewer, request.params.program)
      const acting = { viewer, now: clock(), afterChange }
      const hire = {
        act: 'add',
        programId: program.id,
        personId: null,
        assignmentId: null,
        typed: request.body,
      } as const
      const answer = found(await recordHire(db, acting, hire))
      if (answer.kind === 'second-person') return reply.redirect(`${requestsPath}?done=asked`, 303)
      if (answer.kind === 'problems')
        return reply
          .status(422)
          .page('programs/change-form', { ...addForm(program, request.body), errors: answer.problems })
      if (answer.kind === 'refused')
        return reply
          .status(409)
          .page('programs/change-form', { ...addForm(program, request.body), refused: answer.message })
      const person = (await findPersonOnRoster(db, program.id, answer.personId)) ?? notFound()
      const back = `/team/${person.id}`
      if (person.has_password) return reply.redirect(`${back}?done=added`, 303)
      const given = found(await giveLinks(db, acting, links, program.id, [person.id]))
      if (given.mailed.length > 0) return reply.redirect(`${back}?done=added-mailed`, 303)
      return reply.page('programs/links-given', {
        title: `${person.name} is on the roster`,
        program,
        given,
        back: { href: back, label: `Go to ${person.name}’s page` },
      })
    },
  )

  const personParams = Type.Object({ program: uuid(), person: uuid() })

  // Everything about a person is on one page.
  app.get(
    '/programs/:program/roster/:person',
    { config: readers, schema: { params: personParams } },
    async (request, reply) => {
      const { program, person } = request.params
      ;(await findRosterOf(db, viewerOf(request), program, dayOf(clock()))) ?? notFound()
      const { id } = (await findPersonOnRoster(db, program, person)) ?? notFound()
      return reply.redirect(`/team/${id}#roster`, 308)
    },
  )

  app.post(
    '/programs/:program/roster/:person/link',
    { config: administrators, schema: { params: personParams } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { program } = await changeable(viewer, request.params.program)
      const acting = { viewer, now: clock() }
      const given = found(await giveLinks(db, acting, links, program.id, [request.params.person]))
      const back = `/team/${request.params.person}`
      if (given.mailed.length > 0) return reply.redirect(`${back}?done=mailed`, 303)
      if (given.withheld.length > 0) reply.status(409)
      return reply.page('programs/links-given', {
        title: given.shown.length > 0 ? 'A link to set a password' : 'No link was created',
        program,
        given,
        back: { href: back, label: 'Back to the person' },
      })
    },
  )

  const changeable = async (viewer: Viewer, programId: string) =>
    (await findRosterToChangeOf(db, viewer, programId, dayOf(clock()))) ?? notFound()

  const addForm = (program: ProgramHead, typed: Typed) => ({
    title: 'Add a person',
    over: program.name,
    lead: mail
      ? 'We email a new person a link to set a password.'
      : 'For a new person, you get a link to set a password that you print or copy.',
    back: { href: `/programs/${program.id}/roster`, label: 'Roster' },
    action: `/programs/${program.id}/roster`,
    fields: [...nameFields(typed), ...workFields(typed, program), ...contactFields(typed)],
    button: 'Add to roster',
  })
}
