import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { findSetting } from '#server/admin/setup/settings.queries.ts'
import { saveStep, sendTestMessage } from '#server/admin/setup/setup.actions.ts'
import type { Database } from '#server/db/connection.ts'
import type { Mail } from '#server/lib/mail.ts'
import { listStoppedAddresses } from '#server/notices/queries.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { isEmail } from '#server/programs/typed-form.ts'
import { type App, form, text } from '#server/web/routes.ts'
import { messageWords, stateWords } from './mail-lines.ts'
import { findMailHealth, listMail, type MailState, mailStates } from './mail-log.queries.ts'

type Needs = Readonly<{
  db: Database
  directMail: Mail
  clock: () => Date
  config: Readonly<{ baseUrl: string; mailFrom: string }>
}>

const pageSize = 25

/** What was mailed to whom and how it went, a test message, and the addresses that refuse mail. */
export async function mailConsoleRoutes(
  app: App,
  { db, directMail: mail, clock, config }: Needs,
): Promise<void> {
  const administrators = { policy: ['system_admin'] } as const
  const querystring = Type.Object({
    search: Type.Optional(text(200)),
    state: Type.Optional(text(20)),
    below: Type.Optional(Type.String({ pattern: '^(n[0-9a-f-]{36}|d[0-9]{1,15})$' })),
    sent: Type.Optional(text(254)),
  })

  app.get('/admin/mail', { config: administrators, schema: { querystring } }, async (request, reply) =>
    mailPage(reply, request.query, { to: viewerOf(request).email ?? '', errors: [] }),
  )

  app.post(
    '/admin/mail/test',
    {
      config: { ...administrators, rateLimit: { max: 6, timeWindow: '1 minute' } },
      schema: { body: form({ to: Type.Optional(text(254)) }) },
    },
    async (request, reply) => {
      const to = (request.body.to ?? '').trim().toLowerCase()
      const again = (message: string) =>
        mailPage(reply.status(422), {}, { to, errors: [{ field: 'to', message }] })
      if (!mail) return again('No mail server is set up. Set SMTP_URL, start again, and come back here.')
      if (!isEmail(to)) return again('Enter an email address that you can read.')
      const sent = await sendTestMessage(mail, to, config.baseUrl)
      if (sent.kind === 'not-sent') return again(sent.why)
      await saveStep(db, { viewer: viewerOf(request), now: clock() }, 'mail', {
        choice: 'server',
        tested_at: clock().toISOString(),
        tested_to: to,
      })
      return reply.redirect(`/admin/mail?${new URLSearchParams({ sent: to })}`, 303)
    },
  )

  async function mailPage(
    reply: FastifyReply,
    query: Readonly<{ search?: string; state?: string; below?: string; sent?: string }>,
    test: Readonly<{ to: string; errors: readonly Readonly<{ field: string; message: string }>[] }>,
  ) {
    const search = (query.search ?? '').trim()
    const state = Object.hasOwn(mailStates, query.state ?? '') ? (query.state as MailState) : null
    const found = await listMail(db, { search, state, below: query.below ?? null, size: pageSize + 1 })
    const lines = found.slice(0, pageSize)
    const kept = new URLSearchParams({ ...(search ? { search } : {}), ...(state ? { state } : {}) })
    const [health, stopped, setting] = await Promise.all([
      findMailHealth(db),
      listStoppedAddresses(db, [], true),
      findSetting(db, 'mail'),
    ])
    return reply.page('admin/mail', {
      title: 'Mail',
      tab: 'mail',
      canMail: mail !== null,
      from: config.mailFrom,
      health,
      setting,
      stopped: stopped.slice(0, 100),
      search,
      state: state ?? '',
      states: Object.entries(mailStates).map(([value, label]) => ({ value, label })),
      lines: lines.map((line) => ({ ...line, what: messageWords(line), words: stateWords(line) })),
      older:
        found.length > pageSize
          ? `/admin/mail?${kept.size ? `${kept}&` : ''}below=${lines.at(-1)!.key}#log`
          : null,
      sentTo: query.sent && isEmail(query.sent) ? query.sent : null,
      to: test.to,
      errors: test.errors,
    })
  }
}
