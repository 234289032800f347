import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { publishDataNotice } from '#server/people/data-notices/data-notice.actions.ts'
import {
  findDataNotice,
  listNoticeVersions,
  listReaders,
} from '#server/people/data-notices/data-notice.queries.ts'
import { noticeDraft } from '#server/people/data-notices/notice-text.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { oneLine } from '#server/programs/typed-form.ts'
import { type App, form, text } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

const pageSize = 25

/** The data practices notice: its versions, who has acknowledged the latest, and a new one. */
export async function dataNoticeConsoleRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const config = { policy: ['system_admin'] } as const
  const querystring = Type.Object({
    show: Type.Optional(Type.Literal('done')),
    page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}$' })),
  })

  app.get('/admin/data-notice', { config, schema: { querystring } }, async (request, reply) =>
    noticePage(reply, request.query),
  )

  app.post(
    '/admin/data-notice',
    {
      config,
      schema: { body: form({ body: Type.Optional(text(30_000)), summary: Type.Optional(text(400)) }) },
    },
    async (request, reply) => {
      const typed = { body: (request.body.body ?? '').trim(), summary: oneLine(request.body.summary ?? '') }
      const latest = await findDataNotice(db)
      const errors = noticeErrors(typed, latest?.body ?? null)
      if (errors.length > 0) return noticePage(reply.status(422), {}, typed, errors)
      await publishDataNotice(db, { viewer: viewerOf(request), now: clock() }, typed)
      return reply.redirect('/admin/data-notice', 303)
    },
  )

  async function noticePage(
    reply: FastifyReply,
    { show, page = '1' }: Readonly<{ show?: 'done'; page?: string }>,
    typed: Readonly<{ body: string; summary: string }> | null = null,
    errors: readonly FieldError[] = [],
  ) {
    const [versions, latest] = await Promise.all([listNoticeVersions(db), findDataNotice(db)])
    const isDone = show === 'done'
    const current = Number(page)
    const asked = { isDone, page: current, size: pageSize }
    const { readers, total } = latest
      ? await listReaders(db, latest.version, asked)
      : { readers: [], total: 0 }
    return reply.page('admin/data-notice', {
      title: 'Data practices notice',
      tab: 'data-notice',
      versions,
      latest: latest ?? null,
      isDone,
      readers,
      total,
      typed: typed ?? { body: latest?.body ?? noticeDraft, summary: '' },
      pages: {
        current,
        last: Math.max(1, Math.ceil(total / pageSize)),
        href: `/admin/data-notice?${isDone ? 'show=done&' : ''}page={page}`,
      },
      errors,
    })
  }
}

function noticeErrors(
  { body, summary }: Readonly<{ body: string; summary: string }>,
  before: string | null,
): readonly FieldError[] {
  const errors: FieldError[] = []
  if (body.length < 100)
    errors.push({ field: 'body', message: 'Enter the notice, at least a few sentences.' })
  else if (body.replaceAll('\r\n', '\n') === before?.replaceAll('\r\n', '\n'))
    errors.push({ field: 'body', message: 'Nothing changed, so there is no new version to publish.' })
  if (before !== null && summary === '')
    errors.push({ field: 'summary', message: 'Say what changed. People who read the one before see it.' })
  return errors
}
