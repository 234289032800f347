import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { createApiToken, endApiToken } from './api-tokens.actions.ts'
import { listApiTokens } from './api-tokens.queries.ts'
import { tokenPeriods, tokenState } from './api-tokens.ts'
import { listPrograms } from './clearance.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** The tokens by which a program's software asks who may have direct contact. */
export async function apiTokenRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const config = { policy: ['program_admin'] } as const
  const params = Type.Object({ program: uuid() })

  app.get('/programs/:program/tokens', { config, schema: { params } }, async (request, reply) => {
    const program = await programOf(viewerOf(request), request.params.program)
    return tokensPage(reply, program, {})
  })

  app.post(
    '/programs/:program/tokens',
    {
      config,
      schema: {
        params,
        body: form({ label: text(100), days: Type.Optional(text(4)), shifts: Type.Optional(text(3)) }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const program = await programOf(viewer, request.params.program)
      const label = request.body.label.trim()
      const days = request.body.days ?? '365'
      if (!label) {
        const message = 'Write what the token is for, such as the software’s name.'
        return tokensPage(reply.status(422), program, { errors: [{ field: 'label', message }] })
      }
      if (!Object.hasOwn(tokenPeriods, days)) {
        const message = 'Choose how long the token works.'
        return tokensPage(reply.status(422), program, { label, errors: [{ field: 'days', message }] })
      }
      const acting = { viewer, now: clock() }
      const made = await createApiToken(db, acting, program.program_id, {
        label,
        days: Number(days),
        maySendShifts: request.body.shifts === 'yes',
      })
      return tokensPage(reply, program, { made })
    },
  )

  app.post(
    '/programs/:program/tokens/:token/end',
    { config, schema: { params: Type.Object({ program: uuid(), token: uuid() }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const program = await programOf(viewer, request.params.program)
      await endApiToken(db, { viewer, now: clock() }, program.program_id, request.params.token)
      return reply.redirect(`/programs/${program.program_id}/tokens`, 303)
    },
  )

  type Program = Awaited<ReturnType<typeof programOf>>

  async function tokensPage(
    reply: FastifyReply,
    program: Program,
    more: Readonly<{ made?: string; label?: string; errors?: readonly FieldError[] }>,
  ) {
    const asked = { programId: program.program_id, page: 1, size: 200 }
    const { tokens } = await listApiTokens(db, clock(), asked)
    return reply.page('standings/api-tokens', {
      title: 'Tokens for scheduling software',
      program,
      made: null,
      label: '',
      periods: Object.entries(tokenPeriods).map(([value, label]) => ({ value, label })),
      tokens: tokens.filter((token) => tokenState(token, clock()) === 'works'),
      ...more,
    })
  }

  async function programOf(viewer: Viewer, programId: string) {
    if (!viewer.administered_program_ids.includes(programId)) return notFound()
    const [program] = await listPrograms(db, [programId], dayOf(clock()))
    return program ?? notFound()
  }
}
