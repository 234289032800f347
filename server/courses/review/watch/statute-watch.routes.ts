import { Type } from 'typebox'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { readChange, readFlagAnswer } from './changed-fact-forms.ts'
import { answerFlags, markChanged, resolveChanged } from './changed-facts.actions.ts'
import { listChangedFacts, listFlags } from './changed-facts.queries.ts'
import { changedFactPage, watchedThings, watchPage } from './statute-watch.ts'

type Needs = Readonly<{ db: Database; offered: FindOffered; clock: () => Date }>
type Typed = Readonly<Record<string, unknown>>

/** Reviewers see what quotes each statute and fact, mark what changed, and answer each place that it flags. */
export async function statuteWatchRoutes(app: App, { db, offered, clock }: Needs): Promise<void> {
  const config = { policy: ['reviewer'] } as const
  const params = Type.Object({ key: Type.String({ pattern: '^[A-Za-z0-9.-]{1,20}$' }) })
  const changeParams = Type.Object({ ...params.properties, change: uuid() })

  app.get(
    '/review/watch',
    { config, schema: { querystring: Type.Object({ search: Type.Optional(text(200)) }) } },
    async (request, reply) => {
      const { catalogue } = await offered()
      const asked = { search: (request.query.search ?? '').trim(), today: dayOf(clock()) }
      const page = watchPage(catalogue, watchedThings(catalogue), await listChangedFacts(db), asked)
      return reply.page('courses/review/watch', page)
    },
  )

  app.get('/review/watch/:key', { config, schema: { params } }, async (request, reply) =>
    reply.page('courses/review/watched', await watchedPage(request.params.key, {}, [])),
  )

  app.post(
    '/review/watch/:key/changes',
    {
      config,
      schema: {
        params,
        body: form({ reason: text(2000), source: text(500), changed_on: Type.Optional(text(40)) }),
      },
    },
    async (request, reply) => {
      const { key } = request.params
      const page = await watchedPage(key, request.body, [])
      const { change, errors } = readChange(request.body)
      if (errors.length > 0) return reply.status(422).page('courses/review/watched', { ...page, errors })
      const id = await markChanged(db, viewerOf(request), page.watched, change, clock())
      return reply.redirect(`/review/watch/${key}/changes/${id}`, 303)
    },
  )

  app.get(
    '/review/watch/:key/changes/:change',
    { config, schema: { params: changeParams } },
    async (request, reply) =>
      reply.page('courses/review/changed-fact', await changePage(request.params, {}, [])),
  )

  app.post(
    '/review/watch/:key/changes/:change/answers',
    {
      config,
      schema: {
        params: changeParams,
        body: form({
          flag: Type.Optional(Type.Array(uuid(), { maxItems: 1000 })),
          all: Type.Optional(text(3)),
          outcome: Type.Optional(text(10)),
          version: Type.Optional(text(100)),
          reason: Type.Optional(text(2000)),
        }),
      },
    },
    async (request, reply) => {
      const { key, change } = request.params
      const flags = request.body.all === 'yes' ? 'all' : (request.body.flag ?? [])
      const { answer, errors } = readFlagAnswer(request.body, flags)
      const page = await changePage(request.params, request.body, errors)
      if (!answer) return reply.status(422).page('courses/review/changed-fact', page)
      await answerFlags(db, viewerOf(request), change, flags, answer, clock())
      return reply.redirect(`/review/watch/${key}/changes/${change}`, 303)
    },
  )

  app.post(
    '/review/watch/:key/changes/:change/resolution',
    { config, schema: { params: changeParams, body: form({ how: text(2000) }) } },
    async (request, reply) => {
      const { key, change } = request.params
      const how = request.body.how.trim()
      const errors = how === '' ? [{ field: 'how', message: 'Enter how it was settled.' }] : []
      const page = await changePage(request.params, {}, errors)
      if (how === '') return reply.status(422).page('courses/review/changed-fact', page)
      await resolveChanged(db, viewerOf(request), change, how, clock())
      return reply.redirect(`/review/watch/${key}`, 303)
    },
  )

  async function watchedPage(key: string, typed: Typed, errors: readonly FieldError[]) {
    const watched = watchedThings((await offered()).catalogue).find((one) => one.key === key) ?? notFound()
    const changes = (await listChangedFacts(db)).filter((one) => one.key === key)
    return { title: watched.about, watched, changes, typed, errors }
  }

  async function changePage(
    at: Readonly<{ key: string; change: string }>,
    typed: Typed,
    errors: readonly FieldError[],
  ) {
    const change =
      (await listChangedFacts(db)).find(({ id, key }) => id === at.change && key === at.key) ?? notFound()
    const watched = watchedThings((await offered()).catalogue)
    return { ...changedFactPage(watched, change, await listFlags(db, change.id)), typed, errors }
  }
}
