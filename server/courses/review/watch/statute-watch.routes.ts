import { Type } from 'typebox'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { markChanged, resolveChanged } from './changed-facts.actions.ts'
import { listChangedFacts } from './changed-facts.queries.ts'
import { watchedThings, watchPage } from './statute-watch.ts'

type Needs = Readonly<{ db: Database; offered: FindOffered; clock: () => Date }>

/** Reviewers see what quotes each statute and fact, and mark what changed. */
export async function statuteWatchRoutes(app: App, { db, offered, clock }: Needs): Promise<void> {
  const config = { policy: ['reviewer'] } as const
  const params = Type.Object({ key: Type.String({ pattern: '^[A-Za-z0-9.-]{1,20}$' }) })

  app.get(
    '/review/watch',
    { config, schema: { querystring: Type.Object({ search: Type.Optional(text(200)) }) } },
    async (request, reply) => {
      const watched = watchedThings((await offered()).catalogue)
      const open = await listChangedFacts(db, { isOpen: true })
      return reply.page('courses/review/watch', watchPage(watched, open, (request.query.search ?? '').trim()))
    },
  )

  app.get('/review/watch/:key', { config, schema: { params } }, async (request, reply) =>
    reply.page('courses/review/watched', await watchedPage(request.params.key, [])),
  )

  app.post(
    '/review/watch/:key/changes',
    { config, schema: { params, body: form({ reason: text(2000) }) } },
    async (request, reply) => {
      const { key } = request.params
      const page = await watchedPage(key, [])
      const reason = request.body.reason.trim()
      if (reason) {
        await markChanged(db, viewerOf(request), { key, about: page.watched.about, reason }, clock())
        return reply.redirect(`/review/watch/${key}`, 303)
      }
      const errors = [{ field: 'reason', message: 'Enter what changed, and where you saw it.' }]
      return reply.status(422).page('courses/review/watched', { ...page, errors })
    },
  )

  app.post(
    '/review/watch/:key/changes/:change/resolution',
    {
      config,
      schema: {
        params: Type.Object({ ...params.properties, change: uuid() }),
        body: form({ how: text(2000) }),
      },
    },
    async (request, reply) => {
      const { key, change } = request.params
      const how = request.body.how.trim()
      if (!how) {
        const errors = [{ field: `how-${change}`, message: 'Enter how the texts were corrected.' }]
        return reply.status(422).page('courses/review/watched', await watchedPage(key, errors))
      }
      if (!(await resolveChanged(db, viewerOf(request), change, how, clock()))) return notFound()
      return reply.redirect(`/review/watch/${key}`, 303)
    },
  )

  async function watchedPage(key: string, errors: readonly FieldError[]) {
    const watched = watchedThings((await offered()).catalogue).find((one) => one.key === key) ?? notFound()
    const marks = (await listChangedFacts(db, { isOpen: false })).filter((one) => one.key === key)
    return {
      title: watched.about,
      watched,
      open: marks.filter(({ resolved_at }) => resolved_at === null),
      resolved: marks.filter(({ resolved_at }) => resolved_at !== null),
      errors,
    }
  }
}
