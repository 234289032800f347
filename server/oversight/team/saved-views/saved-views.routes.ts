import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { teamAddress } from '#server/oversight/team/bulk-changes/team-address.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { oneLine } from '#server/programs/typed-form.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { listViews } from './saved-views.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

const mostViews = 20

/** Saves the filters of the team page by a name, for the person who saved them. The address works for anyone. */
export async function savedViewRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const supervisors = { policy: ['supervisor', 'program_admin'] } as const

  app.post(
    '/team/views',
    { config: supervisors, schema: { body: form({ name: text(60), back: text(1000) }) } },
    async (request, reply) => {
      const { id } = viewerOf(request)
      const { back } = request.body
      const name = oneLine(request.body.name)
      const query = teamAddress(back, '').split('?')[1] ?? ''
      const views = await listViews(db, id)
      const isKnown = views.some((view) => view.name === name)
      if (!name || !query) return reply.redirect(teamAddress(back, 'unnamed'), 303)
      if (!isKnown && views.length >= mostViews) return reply.redirect(teamAddress(back, 'full'), 303)
      await db
        .insertInto('team_views')
        .values({ person_id: id, name, query, saved_at: clock() })
        .onConflict((taken) => taken.columns(['person_id', 'name']).doUpdateSet({ query, saved_at: clock() }))
        .execute()
      return reply.redirect(teamAddress(back, 'saved'), 303)
    },
  )

  app.post(
    '/team/views/:view/removal',
    {
      config: supervisors,
      schema: { params: Type.Object({ view: uuid() }), body: form({ back: Type.Optional(text(1000)) }) },
    },
    async (request, reply) => {
      await db
        .deleteFrom('team_views')
        .where('id', '=', request.params.view)
        .where('person_id', '=', viewerOf(request).id)
        .execute()
      return reply.redirect(teamAddress(request.body.back, ''), 303)
    },
  )
}
