import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { tokenHash } from '#server/people/links.ts'
import { roleNames } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { listProgramsOf } from '#server/programs/queries.ts'
import { workFields } from '#server/programs/roster/employment/roster-fields.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { found, notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { acceptRecord, answerRecordRequest, makeRecordLink } from './record-sharing.actions.ts'
import { findRecordLink, findShown, listRecordRequests, listShares } from './record-sharing.queries.ts'

type Needs = Readonly<{
  db: Database
  clock: () => Date
  afterChange: AfterChange
  config: Readonly<{ baseUrl: string }>
}>

/** Who may see a person's record: the person says, and sees what was shown. */
export async function recordSharingRoutes(
  app: App,
  { db, clock, afterChange, config }: Needs,
): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const administrators = { policy: ['program_admin'] } as const
  const token = Type.Object({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{27}$' }) })

  app.get('/account/record', { config: signedIn }, async (request, reply) => ownPage(request, reply, null))

  for (const [noun, outcome] of [
    ['agreement', 'agreed'],
    ['refusal', 'declined'],
  ] as const)
    app.post(
      `/account/record/requests/:request/${noun}`,
      { config: signedIn, schema: { params: Type.Object({ request: uuid() }) } },
      async (request, reply) => {
        const answered = await answerRecordRequest(
          db,
          viewerOf(request),
          request.params.request,
          outcome,
          clock(),
        )
        return answered ? reply.redirect('/account/record', 303) : notFound()
      },
    )

  app.post('/account/record/links', { config: signedIn }, async (request, reply) => {
    const made = await makeRecordLink(db, viewerOf(request), clock())
    return ownPage(request, reply, `${config.baseUrl}/record/${made}`)
  })

  app.get('/record/:token', { config: administrators, schema: { params: token } }, async (request, reply) => {
    reply.header('referrer-policy', 'no-referrer')
    return acceptPage(request, reply, request.params.token, {}, {})
  })

  app.post(
    '/record/:token',
    {
      config: administrators,
      schema: {
        params: token,
        body: form({
          program: uuid(),
          worker_type: Type.Optional(text(100)),
          role_title: Type.Optional(text(300)),
          hired_on: Type.Optional(text(100)),
          duties_from: Type.Optional(text(100)),
        }),
      },
    },
    async (request, reply) => {
      reply.header('referrer-policy', 'no-referrer')
      const program = (await programsOf(request)).find(({ id }) => id === request.body.program) ?? notFound()
      const acting = { viewer: viewerOf(request), now: clock(), afterChange }
      const answer = found(await acceptRecord(db, acting, request.params.token, program, request.body))
      switch (answer.kind) {
        case 'done':
          return reply.redirect(`/programs/${program.id}/roster/${answer.personId}?done=saved`, 303)
        case 'problems':
          return acceptPage(request, reply.status(422), request.params.token, request.body, {
            errors: answer.problems,
          })
        case 'refused':
          return acceptPage(request, reply.status(409), request.params.token, request.body, {
            refused: answer.message,
          })
        case 'second-person':
          return acceptPage(request, reply.status(422), request.params.token, request.body, {
            errors: [{ field: 'hired_on', message: 'Enter a day of hire within the last 30 days.' }],
          })
      }
    },
  )

  const programsOf = async (request: FastifyRequest) => {
    const viewer = viewerOf(request)
    const { programs } = await listProgramsOf(db, viewer, dayOf(clock()), { size: 1000 })
    return programs.filter(({ id }) => viewer.administered_program_ids.includes(id))
  }

  async function ownPage(request: FastifyRequest, reply: FastifyReply, link: string | null) {
    const { id } = viewerOf(request)
    return reply.page('training/record-sharing', {
      title: 'Who may see your record',
      requests: await listRecordRequests(db, id),
      shares: await listShares(db, id),
      shown: await findShown(db, id),
      link,
      roleNames,
    })
  }

  async function acceptPage(
    request: FastifyRequest,
    reply: FastifyReply,
    given: string,
    typed: Typed,
    more: Readonly<Record<string, unknown>>,
  ) {
    const link = (await findRecordLink(db, tokenHash(given), clock())) ?? notFound()
    const programs = await programsOf(request)
    return reply.page('training/record-accept', {
      title: `${link.name} hands you their record`,
      refused: null,
      link,
      token: given,
      fields: [
        {
          name: 'program',
          label: 'Program',
          type: 'select',
          value: typed.program ?? programs[0]?.id ?? '',
          options: programs.map(({ id, name }) => ({ value: id, label: name })),
        },
        ...workFields(typed, programs[0] ?? notFound()),
      ],
      ...more,
    })
  }
}
