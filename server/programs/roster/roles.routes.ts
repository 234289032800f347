import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { AccountMail } from '#server/people/account-emails.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { findRosterToChangeOf, type Place } from '#server/programs/queries.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { found, notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { endRole, grantableRoles, grantRole } from './roles.actions.ts'
import { listRolesHere, listWithoutPassword } from './roles.queries.ts'
import { nameFields } from './roster-fields.ts'
import { giveLinks } from './sign-in-links.actions.ts'

type Needs = Readonly<{
  db: Database
  mail: AccountMail
  clock: () => Date
  config: Readonly<{ baseUrl: string }>
}>

/** Roles in a program, and sign-in links for people who have not set a password. */
export async function roleRoutes(app: App, { db, mail, clock, config: { baseUrl } }: Needs): Promise<void> {
  const config = { policy: ['program_admin'] } as const
  const params = Type.Object({ program: uuid() })
  const optional = () => Type.Optional(text(300))
  const pageSize = 50

  app.get('/programs/:program/roles', { config, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const place = await placeOf(viewer, request.params.program)
    return reply.page('programs/roles', await rolesPage(viewer, place, {}))
  })

  app.post(
    '/programs/:program/roles',
    {
      config,
      schema: { params, body: form({ name: optional(), email: optional(), role: optional() }) },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const place = await placeOf(viewer, request.params.program)
      const acting = { viewer, now: clock() }
      const answer = found(await grantRole(db, acting, place.program.id, request.body))
      const page = () => rolesPage(viewer, place, request.body)
      if (answer.kind === 'problems')
        return reply.status(422).page('programs/roles', { ...(await page()), errors: answer.problems })
      if (answer.kind === 'refused')
        return reply.status(409).page('programs/roles', { ...(await page()), refused: answer.message })
      return reply.redirect(`/programs/${place.program.id}/roles`, 303)
    },
  )

  app.post(
    '/programs/:program/roles/:role/end',
    { config, schema: { params: Type.Object({ program: uuid(), role: uuid() }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const place = await placeOf(viewer, request.params.program)
      const answer = found(await endRole(db, { viewer, now: clock() }, place.program.id, request.params.role))
      if (answer.kind === 'refused')
        return reply
          .status(409)
          .page('programs/roles', { ...(await rolesPage(viewer, place, {})), refused: answer.message })
      return reply.redirect(`/programs/${place.program.id}/roles`, 303)
    },
  )

  app.get(
    '/programs/:program/links',
    {
      config,
      schema: {
        params,
        querystring: Type.Object({ page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}$' })) }),
      },
    },
    async (request, reply) => {
      const place = await placeOf(viewerOf(request), request.params.program)
      const page = Number(request.query.page ?? 1)
      const today = dayOf(clock())
      const { people, total } = await listWithoutPassword(db, place.program.id, today, {
        page,
        size: pageSize,
      })
      const last = Math.max(1, Math.ceil(total / pageSize))
      return reply.page('programs/links', {
        title: 'Links to set a password',
        place,
        here: 'links',
        people,
        total,
        canMail: Boolean(mail),
        pages: { current: page, last, href: `/programs/${place.program.id}/links?page={page}` },
      })
    },
  )

  app.post(
    '/programs/:program/links',
    {
      config,
      schema: {
        params,
        body: form({ person: Type.Optional(Type.Array(uuid(), { maxItems: pageSize })) }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { program } = await placeOf(viewer, request.params.program)
      const chosen = request.body.person ?? []
      const back = { href: `/programs/${program.id}/links`, label: 'Back to the list' }
      if (chosen.length === 0) return reply.redirect(back.href, 303)
      const given = found(
        await giveLinks(db, { viewer, now: clock() }, { mail, baseUrl }, program.id, chosen),
      )
      return reply.page('programs/links-given', { title: 'Links to set a password', program, given, back })
    },
  )

  const placeOf = async (viewer: Viewer, programId: string) =>
    (await findRosterToChangeOf(db, viewer, programId, dayOf(clock()))) ?? notFound()

  const rolesPage = async (viewer: Viewer, place: Place, typed: Typed) => ({
    title: 'Roles',
    place,
    here: 'roles',
    roles: (await listRolesHere(db, place.program.id)).map((role) => ({
      ...role,
      words: grantableRoles[role.role],
      canEnd: !role.is_holder_wide && role.person_id !== viewer.id,
    })),
    fields: [
      // A role is given by email: an employee ID belongs to work on a roster.
      ...nameFields(typed).filter(({ name }) => name !== 'employee_id'),
      {
        name: 'role',
        label: 'Role',
        type: 'radio',
        value: typed.role ?? '',
        options: [
          {
            value: 'supervisor',
            label: grantableRoles.supervisor,
            description: 'Sees the roster and everyone’s standing. Can’t change anything',
          },
          {
            value: 'program_admin',
            label: grantableRoles.program_admin,
            description: 'Changes the roster and manages roles in this program',
          },
        ],
      },
    ],
  })
}
