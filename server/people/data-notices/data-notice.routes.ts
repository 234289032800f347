import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form } from '#server/web/routes.ts'
import { acknowledgeDataNotice } from './data-notice.actions.ts'
import { findDataNotice } from './data-notice.queries.ts'
import { noticeBlocks } from './notice-text.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** The data practices notice of this installation: anyone can read it, and people who sign in acknowledge it. */
export async function dataNoticeRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const version = Type.String({ pattern: '^[1-9][0-9]{0,5}$' })

  app.get(
    '/data-notice',
    {
      config: { policy: 'public' },
      schema: { querystring: Type.Object({ version: Type.Optional(version) }) },
    },
    async (request, reply) => {
      const latest = (await findDataNotice(db)) ?? notFound()
      const asked = request.query.version
      const notice = asked ? ((await findDataNotice(db, Number(asked))) ?? notFound()) : latest
      return reply.page('people/data-notice', {
        title: 'Data practices notice',
        notice,
        latest: latest.version,
        blocks: noticeBlocks(notice.body),
        isOwed: (request.viewer?.owes_data_notice ?? false) && notice.version === latest.version,
        isKnown: request.viewer !== null,
      })
    },
  )

  app.post(
    '/data-notice/acknowledgment',
    { config: { policy: 'signed-in' }, schema: { body: form({ version }) } },
    async (request, reply) => {
      const acting = { viewer: viewerOf(request), now: clock() }
      if (!(await acknowledgeDataNotice(db, acting, Number(request.body.version)))) return notFound()
      return reply.redirect('/data-notice', 303)
    },
  )
}
