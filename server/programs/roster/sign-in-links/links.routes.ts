import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { AccountMail } from '#server/people/account-emails.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { findRosterToChangeOf } from '#server/programs/queries.ts'
import { listWithoutPassword } from '#server/programs/roster/employment/roles.queries.ts'
import { found, notFound } from '#server/web/errors.ts'
import { type App, form, uuid } from '#server/web/routes.ts'
import { giveLinks } from './sign-in-links.actions.ts'

type Needs = Readonly<{
  db: Database
  mail: AccountMail
  clock: () => Date
  config: Readonly<{ baseUrl: string }>
}>

/** Sign-in links for people who have not set a password. */
export async function linkRoutes(app: App, { db, mail, clock, config: { baseUrl } }: Needs): Promise<void> {
  const config = { policy: ['program_admin'] } as const
  const params = Type.Object({ program: uuid() })
  const pageSize = 50

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
}
