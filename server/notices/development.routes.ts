import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { keptMail } from '#server/lib/kept-mail.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, uuid } from '#server/web/routes.ts'
import { emailMessage, noticeAddress } from './email-message.ts'
import { isOptional, wordsOf } from './kinds.ts'

type Needs = Readonly<{ db: Database; config: Readonly<{ baseUrl: string; development: boolean }> }>

/** In development alone: every email as a page; those of notices also where they were not sent. */
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
    return reply.page('notices/development', { title: 'Email in development', lines, sent: keptMail })
  })

  app.get(
    '/dev/mail/sent/:place',
    { config: open, schema: { params: Type.Object({ place: Type.Integer({ minimum: 0 }) }) } },
    async (request, reply) => {
      const { html, text } = keptMail[request.params.place] ?? notFound()
      return html ? asEmail(reply, html) : reply.type('text/plain; charset=utf-8').send(text)
    },
  )

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
        address: noticeAddress(baseUrl, notice.id),
        baseUrl,
        isDiscreet: false,
        unsubscribeAddress: isOptional(notice) ? `${baseUrl}/notices/preferences` : null,
      })
      return asEmail(reply, html ?? '')
    },
  )
}

/** The email's own styles are within it. */
const asEmail = (reply: FastifyReply, html: string) =>
  reply
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    .type('text/html; charset=utf-8')
    .send(html)
