import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, uuid } from '#server/web/routes.ts'
import { emailMessage } from './email-message.ts'
import { isOptional, wordsOf } from './kinds.ts'

type Needs = Readonly<{ db: Database; config: Readonly<{ baseUrl: string; development: boolean }> }>

/** In development alone: every email as a page, whether it was sent or not. */
export async function developmentMailRoutes(
  app: App,
  { db, config: { baseUrl, development } }: Needs,
): Promise<void> {
  if (!development) return
  const open = { policy: 'public' } as const
  const recent = () =>
    db
      .selectFrom('notices')
      .innerJoin('people', 'people.id', 'notices.person_id')
      .innerJoin('notice_emails', 'notice_emails.notice_id', 'notices.id')
      .select(['notices.id', 'kind', 'facts', 'people.name', 'people.email', 'state', 'notices.created_at'])

  app.get('/dev/mail', { config: open }, async (_, reply) => {
    const rows = await recent().orderBy('notices.created_at', 'desc').limit(100).execute()
    const lines = rows.map((row) => ({ ...row, subject: wordsOf(row)?.subject ?? row.kind }))
    return reply.page('notices/development', { title: 'Email in development', lines })
  })

  app.get(
    '/dev/mail/:notice',
    { config: open, schema: { params: Type.Object({ notice: uuid() }) } },
    async (request, reply) => {
      const notice =
        (await recent().where('notices.id', '=', request.params.notice).executeTakeFirst()) ?? notFound()
      const words = wordsOf(notice) ?? notFound()
      const { html } = emailMessage({
        look: { color: null, contact: null },
        noticeId: notice.id,
        to: { ...notice, email: notice.email ?? '' },
        words,
        address: `${baseUrl}${words.action.path}`,
        baseUrl,
        isDiscreet: false,
        unsubscribeAddress: isOptional(notice) ? `${baseUrl}/notices/preferences` : null,
      })
      // The email's own styles are within it.
      reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      return reply.type('text/html; charset=utf-8').send(html)
    },
  )
}
