import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf, parseDay } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { type App, form, text } from '#server/web/routes.ts'
import { endDeputy, nameDeputy } from './deputies.actions.ts'
import { findDeputy, listPossibleDeputies } from './deputies.queries.ts'

/** While a supervisor is away, a colleague gets their team's alerts too. */
export async function deputyRoutes(
  app: App,
  { db, clock }: Readonly<{ db: Database; clock: () => Date }>,
): Promise<void> {
  const config = { policy: ['supervisor'] } as const

  app.get('/notices/deputy', { config }, async (request, reply) => page(reply, viewerOf(request)))

  app.post(
    '/notices/deputy',
    {
      config,
      schema: { body: form({ deputy: Type.Optional(text(40)), from_on: text(40), to_on: text(40) }) },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { deputy = '', ...typed } = request.body
      const possible = await listPossibleDeputies(db, viewer.id, viewer.supervised_program_ids)
      const [from_on, to_on] = [parseDay(typed.from_on), parseDay(typed.to_on)]
      const errors = [
        ...(possible.some(({ id }) => id === deputy)
          ? []
          : [{ field: 'deputy', message: 'Choose who gets your team’s alerts.' }]),
        ...(from_on ? [] : [{ field: 'from_on', message: 'Enter your first day away, such as 3/15/2027.' }]),
        ...(to_on ? [] : [{ field: 'to_on', message: 'Enter your last day away, such as 3/19/2027.' }]),
        ...(from_on && to_on && to_on < from_on
          ? [{ field: 'to_on', message: 'The last day must not be before the first.' }]
          : []),
      ]
      if (errors.length > 0 || !from_on || !to_on)
        return page(reply.status(422), viewer, { typed: request.body, errors })
      await nameDeputy(db, viewer.id, { deputy_id: deputy, from_on, to_on })
      return reply.redirect('/notices/deputy', 303)
    },
  )

  app.post('/notices/deputy/end', { config }, async (request, reply) => {
    await endDeputy(db, viewerOf(request).id)
    return reply.redirect('/notices/deputy', 303)
  })

  const page = async (reply: FastifyReply, viewer: Viewer, more: Record<string, unknown> = {}) =>
    reply.page('notices/deputy', {
      title: 'While you’re away',
      deputy: await findDeputy(db, viewer.id, dayOf(clock())),
      possible: await listPossibleDeputies(db, viewer.id, viewer.supervised_program_ids),
      typed: {},
      errors: [],
      ...more,
    })
}
