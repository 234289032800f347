import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { endAnyApiToken } from '#server/standings/api-tokens.actions.ts'
import { listApiTokens } from '#server/standings/api-tokens.queries.ts'
import { tokenState } from '#server/standings/api-tokens.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, uuid } from '#server/web/routes.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

const pageSize = 50

/** The API tokens of every program: what each may ask, whose it is, until when, and when it was last used. */
export async function tokenConsoleRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const config = { policy: ['system_admin'] } as const

  const querystring = Type.Object({ page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}$' })) })

  app.get('/admin/tokens', { config, schema: { querystring } }, async (request, reply) => {
    const now = clock()
    const page = Number(request.query.page ?? 1)
    const { tokens, total } = await listApiTokens(db, now, { programId: null, page, size: pageSize })
    return reply.page('admin/tokens', {
      title: 'API tokens',
      tab: 'tokens',
      tokens: tokens.map((token) => ({ ...token, state: tokenState(token, now) })),
      pages: {
        current: page,
        last: Math.max(1, Math.ceil(total / pageSize)),
        href: '/admin/tokens?page={page}',
      },
    })
  })

  app.post(
    '/admin/tokens/:token/end',
    { config, schema: { params: Type.Object({ token: uuid() }) } },
    async (request, reply) => {
      const acting = { viewer: viewerOf(request), now: clock() }
      if (!(await endAnyApiToken(db, acting, request.params.token))) return notFound()
      return reply.redirect('/admin/tokens', 303)
    },
  )
}
