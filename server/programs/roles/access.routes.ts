import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { actorsAt, mayDo } from '#server/people/granting.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { findRosterToChangeOf } from '#server/programs/queries.ts'
import { requestWords } from '#server/programs/second-person/request-words.ts'
import { listOpenRequests } from '#server/programs/second-person/requests.queries.ts'
import { findScope, type PlacedScope } from '#server/programs/second-person/scope.queries.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text, uuid } from '#server/web/routes.ts'
import { confirmAccess } from './access.actions.ts'
import { findAccessConfirmation, hasLead, listPatterns, listSetUpGrants } from './access.queries.ts'
import { confirmationState, patternLine } from './access-page.ts'
import { roleLine } from './role-lines.ts'
import { listInstallationRoles, listRolesOf } from './roles.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** Access reviews: who can do what, since when and last used, confirmed once a year. */
export async function accessRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const administrators = { policy: ['program_admin'] } as const
  const installation = { policy: ['licensing', 'system_admin'] } as const
  const params = Type.Object({ program: uuid() })
  const querystring = Type.Object({ done: Type.Optional(text(20)) })

  app.get(
    '/programs/:program/access',
    { config: administrators, schema: { params, querystring } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const place = await placeOf(viewer, request.params.program)
      const scope = (await findScope(db, { program_id: place.program.id, holder_id: null })) ?? notFound()
      return reviewPage(reply, viewer, scope, {
        place,
        patterns: (await listPatterns(db, place.program.id)).map(patternLine),
        mayConfirm: await mayConfirm(viewer, scope),
        done: doneWords.get(request.query.done ?? '') ?? null,
      })
    },
  )

  app.post(
    '/programs/:program/access/confirmations',
    { config: administrators, schema: { params } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { program } = await placeOf(viewer, request.params.program)
      const scope = (await findScope(db, { program_id: program.id, holder_id: null })) ?? notFound()
      if (!(await mayConfirm(viewer, scope))) return notFound()
      await confirmAccess(db, program.id, await openRoles(scope), viewer.id, clock())
      return reply.redirect(`/programs/${program.id}/access?done=confirmed`, 303)
    },
  )

  app.get('/access', { config: installation, schema: { querystring } }, async (request, reply) =>
    reviewPage(reply, viewerOf(request), everywhere, {
      place: null,
      patterns: [],
      mayConfirm: hasRole(viewerOf(request), 'system_admin'),
      done: doneWords.get(request.query.done ?? '') ?? null,
    }),
  )

  app.post('/access/confirmations', { config: { policy: ['system_admin'] } }, async (request, reply) => {
    await confirmAccess(db, null, await openRoles(everywhere), viewerOf(request).id, clock())
    return reply.redirect('/access?done=confirmed', 303)
  })

  const placeOf = async (viewer: Viewer, programId: string) =>
    (await findRosterToChangeOf(db, viewer, programId, dayOf(clock()))) ?? notFound()

  /** The lead confirms; where a license holder has none, an administrator of the program. */
  const mayConfirm = async (viewer: Viewer, scope: PlacedScope) =>
    mayDo(actorsAt(viewer, scope, scope.siblings), ['lead']) || !(await hasLead(db, scope.holder ?? ''))

  const rolesAt = ({ program_id }: PlacedScope) =>
    program_id ? listRolesOf(db, program_id, clock()) : listInstallationRoles(db, clock())

  const openRoles = async (scope: PlacedScope) =>
    (await rolesAt(scope)).filter(({ ended_at }) => ended_at === null)

  async function reviewPage(
    reply: FastifyReply,
    viewer: Viewer,
    scope: PlacedScope,
    more: Readonly<Record<string, unknown>>,
  ) {
    const now = clock()
    const lines = await rolesAt(scope)
    const atSetUp = await listSetUpGrants(
      db,
      lines.map(({ person_id }) => person_id),
    )
    const waiting = (await listOpenRequests(db)).filter(
      ({ program_id, holder_id }) =>
        program_id === scope.program_id && (holder_id === null || holder_id === scope.holder),
    )
    return reply.page('programs/roles/access', {
      title: 'Who can do what',
      here: 'access',
      where: scope.where,
      ...more,
      roles: lines.map((line) => ({
        ...roleLine(line, viewer, scope, now),
        isFromSetUp: atSetUp.has(line.person_id),
      })),
      waiting: waiting.map((one) => ({ ...one, what: requestWords(one) })),
      confirmation: confirmationState(await findAccessConfirmation(db, scope.program_id), dayOf(now)),
      confirmAddress: scope.program_id
        ? `/programs/${scope.program_id}/access/confirmations`
        : '/access/confirmations',
    })
  }
}

const doneWords: ReadonlyMap<string, string> = new Map([
  ['confirmed', 'Confirmed. The next time is in a year.'],
  ['end', 'The role has ended. You can undo it for an hour.'],
  ['undo', 'Undone.'],
])

const everywhere: PlacedScope = { program_id: null, holder_id: null, holder: null, where: null, siblings: [] }
