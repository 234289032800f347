import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import {
  listCertificatesOfPeople,
  listOutsideOfPeople,
} from '#server/oversight/reviews/review-person.queries.ts'
import { findPerson } from '#server/people/queries.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { listAccounts } from '#server/programs/accounts/accounts.queries.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { logRecordLook, openRecord } from './records.actions.ts'
import { findOpening, listOpenings, listStandingsOf } from './records.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** System administrators see no training records, except for an hour, with a reason, and announced to everyone concerned. */
export async function recordOpeningRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const config = { policy: ['system_admin'] } as const
  const params = Type.Object({ person: uuid() })

  app.get(
    '/admin/records',
    { config, schema: { querystring: Type.Object({ search: Type.Optional(text(200)) }) } },
    async (request, reply) => {
      const search = request.query.search?.trim() ?? ''
      const own = viewerOf(request).id
      const found = search ? await listAccounts(db, search) : []
      return reply.page('admin/records/records', {
        title: 'Open a training record',
        search,
        people: found.filter(({ id }) => id !== own),
        openings: await listOpenings(db),
      })
    },
  )

  app.get('/admin/records/:person', { config, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const person = await personOf(request)
    const opening = await findOpening(db, viewer.id, person.id, clock())
    if (!opening) return askPage(reply, person, [])
    await logRecordLook(db, viewer, person.id, opening.id, clock())
    return reply.page('admin/records/record', {
      title: `Training record of ${person.name}`,
      person,
      opening,
      standings: await listStandingsOf(db, person.id),
      certificates: await listCertificatesOfPeople(db, [person.id]),
      outside: await listOutsideOfPeople(db, [person.id], null),
    })
  })

  app.post(
    '/admin/records/:person/openings',
    { config, schema: { params, body: form({ reason: text(500) }) } },
    async (request, reply) => {
      const person = await personOf(request)
      const reason = request.body.reason.trim()
      if (!reason)
        return askPage(reply.status(422), person, [
          { field: 'reason', message: 'Write why you need to see this record. The person reads it.' },
        ])
      await openRecord(db, viewerOf(request), person, reason, clock())
      return reply.redirect(`/admin/records/${person.id}`, 303)
    },
  )

  const personOf = async (request: FastifyRequest) => {
    const { person } = request.params as { person: string }
    return person === viewerOf(request).id ? notFound() : ((await findPerson(db, person)) ?? notFound())
  }

  const askPage = (
    reply: FastifyReply,
    person: Readonly<{ id: string; name: string }>,
    errors: readonly FieldError[],
  ) =>
    reply.page('admin/records/ask', { title: `Open the training record of ${person.name}`, person, errors })
}
