import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { actorsAt, grantingRules, mayDo, postDuties, postNames, postOf } from '#server/people/granting.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { findRosterToChangeOf, type Place } from '#server/programs/queries.ts'
import { nameFields } from '#server/programs/roster/employment/roster-fields.ts'
import { listOpenRequests } from '#server/programs/second-person/requests.queries.ts'
import { findScope, type PlacedScope } from '#server/programs/second-person/scope.queries.ts'
import { listSecondPeople } from '#server/programs/second-person/second-people.queries.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { found, notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { confirmersInWords } from './confirmers-in-words.ts'
import { type EndAnswer, endRole, undoRole } from './granting.actions.ts'
import { giveRoleHere, programPosts } from './program-roles.actions.ts'
import { roleLine } from './role-lines.ts'
import { findRole, listRolesOf, type OneRole } from './roles.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** Roles in a program: who has them, giving them, ending them, and taking a change back within an hour. */
export async function roleRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const config = { policy: ['program_admin'] } as const
  const anyAdministrator = { policy: ['program_admin', 'licensing', 'system_admin'] } as const
  const params = Type.Object({ program: uuid() })
  const roleParams = Type.Object({ role: uuid() })
  const optional = () => Type.Optional(text(300))

  app.get(
    '/programs/:program/roles',
    { config, schema: { params, querystring: Type.Object({ done: Type.Optional(text(20)) }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const place = await placeOf(viewer, request.params.program)
      const done = doneWords.get(request.query.done ?? '') ?? null
      return reply.page('programs/roles/roles', { ...(await rolesPage(viewer, place, {})), done })
    },
  )

  app.post(
    '/programs/:program/roles',
    { config, schema: { params, body: form({ name: optional(), email: optional(), role: optional() }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const place = await placeOf(viewer, request.params.program)
      const scope = await scopeOf(place.program.id)
      const program = { id: place.program.id, holder_id: scope.holder ?? '' }
      const answer = found(await giveRoleHere(db, { viewer, now: clock() }, program, request.body))
      if (answer.kind === 'granted' || answer.kind === 'waiting')
        return reply.redirect(`/programs/${program.id}/roles?done=${answer.kind}`, 303)
      const page = await rolesPage(viewer, place, request.body)
      if (answer.kind === 'problems')
        return reply.status(422).page('programs/roles/roles', { ...page, errors: answer.problems })
      return reply.status(409).page('programs/roles/roles', { ...page, refused: answer.message })
    },
  )

  app.get(
    '/roles/:role/end',
    { config: anyAdministrator, schema: { params: roleParams } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const role = (await findRole(db, request.params.role)) ?? notFound()
      const scope = (await findScope(db, role)) ?? notFound()
      const mayEnd = mayDo(actorsAt(viewer, scope, scope.siblings), grantingRules[postOf(role)].ends)
      if (!mayEnd || role.ended_at) return notFound()
      return endPage(reply, viewer, role, scope)
    },
  )

  for (const [noun, act] of [
    ['end', endRole],
    ['undo', undoRole],
  ] as const)
    app.post(
      `/roles/:role/${noun}`,
      { config: anyAdministrator, schema: { params: roleParams } },
      async (request: FastifyRequest, reply: FastifyReply) => {
        const viewer = viewerOf(request)
        const { role: id } = request.params as { role: string }
        const answer: EndAnswer = await writeEvidence(db, (trx) => act(trx, { viewer, now: clock() }, id))
        if (answer.kind === 'not-found') return notFound()
        if (answer.kind === 'done') return reply.redirect(`${pageOf(viewer, answer.role)}?done=${noun}`, 303)
        const role = (await findRole(db, id)) ?? notFound()
        const scope = (await findScope(db, role)) ?? notFound()
        return endPage(reply.status(409), viewer, role, scope, answer.message)
      },
    )

  const endPage = (
    reply: FastifyReply,
    viewer: Viewer,
    role: OneRole,
    scope: PlacedScope,
    refused: string | null = null,
  ) =>
    reply.page('programs/roles/end', {
      title: 'End a role',
      role,
      refused,
      words: postNames[postOf(role)],
      duty: postDuties[postOf(role)],
      where: scope.where,
      back: pageOf(viewer, role),
    })

  const placeOf = async (viewer: Viewer, programId: string) =>
    (await findRosterToChangeOf(db, viewer, programId, dayOf(clock()))) ?? notFound()

  const scopeOf = async (programId: string) =>
    (await findScope(db, { program_id: programId, holder_id: null })) ?? notFound()

  async function rolesPage(viewer: Viewer, place: Place, typed: Typed) {
    const now = clock()
    const scope = await scopeOf(place.program.id)
    const lines = await listRolesOf(db, place.program.id, now)
    const requests = (await listOpenRequests(db)).filter(
      ({ kind, program_id, holder_id }) =>
        kind === 'role' &&
        (program_id === place.program.id || (holder_id !== null && holder_id === scope.holder)),
    )
    const asked = { firstId: viewer.id, aboutId: null, askedAt: now, now }
    const confirmers = await listSecondPeople(db, scope, grantingRules.program_admin.confirms ?? [], asked)
    const isLead = mayDo(actorsAt(viewer, scope, scope.siblings), ['lead'])
    return {
      title: 'Roles',
      place,
      here: 'roles',
      refused: null,
      done: null,
      roles: lines.map((line) => roleLine(line, viewer, scope, now)),
      waiting: requests.map((request) => ({
        ...request,
        words:
          request.kind === 'role'
            ? postNames[postOf({ ...request.facts, holder_id: request.holder_id })]
            : '',
        isOwn: request.requested_by === viewer.id,
      })),
      confirmers: confirmersInWords(confirmers),
      isOnlyAdministrator: !confirmers.some(({ as }) => as === 'program_admin'),
      fields: [...personFields(typed), roleField(typed, isLead)],
    }
  }
}

const doneWords: ReadonlyMap<string, string> = new Map([
  ['granted', 'The role is given. You can undo it for an hour.'],
  ['waiting', 'Recorded. The role takes effect when a second person confirms it.'],
  ['end', 'The role has ended. You can undo it for an hour.'],
  ['undo', 'Undone.'],
])

/** A role is given by email: an employee id belongs to work on a roster. */
const personFields = (typed: Typed) =>
  nameFields(typed)
    .filter(({ name }) => name !== 'employee_id')
    .map((field) =>
      field.name === 'email'
        ? {
            ...field,
            required: true,
            hint: 'How the person signs in. Their own, not one that several share.',
          }
        : field,
    )

const roleField = (typed: Typed, isLead: boolean) => ({
  name: 'role',
  label: 'Role',
  type: 'radio',
  value: typed.role ?? '',
  options: (Object.keys(programPosts) as (keyof typeof programPosts)[])
    .filter((post) => post !== 'lead' || isLead)
    .map((value) => ({
      value,
      label: programPosts[value],
      description: grantingRules[value].confirms
        ? `${postDuties[value]}. A second person confirms it`
        : postDuties[value],
    })),
})

/** Where this viewer sees the roles beside this one. */
const pageOf = (viewer: Viewer, { program_id, holder_id }: Pick<OneRole, 'program_id' | 'holder_id'>) => {
  const here = program_id ?? (holder_id ? viewer.administered_program_ids[0] : null)
  if (here && viewer.administered_program_ids.includes(here)) return `/programs/${here}/roles`
  return program_id || holder_id ? (hasRole(viewer, 'system_admin') ? '/admin/people' : '/') : '/access'
}
