import { randomUUID } from 'node:crypto'
import type { Database } from '#server/db/connection.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import type { AccountMail } from '#server/people/account-emails.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import { type App, form, text } from '#server/web/routes.ts'
import { usePaperCode } from './paper-codes.actions.ts'
import { tooManyAttempts } from './throttling.ts'

type Needs = Readonly<{
  db: Database
  mail: AccountMail
  tellOwner: TellOwner
  clock: () => Date
}>

/** For people who forgot their password: a link by email, or a one-time code on paper. */
export async function forgottenPasswordRoutes(
  app: App,
  { db, mail, tellOwner, clock }: Needs,
): Promise<void> {
  const open = { policy: 'public' } as const
  const forgotPage = (sent: boolean) => ({ title: 'Forgot your password', sent, canMail: Boolean(mail) })

  app.get('/forgot-password', { config: open }, async (_request, reply) =>
    reply.page('people/forgot-password', forgotPage(false)),
  )

  app.post(
    '/forgot-password',
    {
      // For one account, three links an hour: see mailResetLink.
      config: { ...open, rateLimit: { max: 60, timeWindow: '10 minutes' } },
      schema: { body: form({ email: text(254) }) },
    },
    async (request, reply) => {
      // The account is looked up by the job: a known and an unknown email take the same time.
      if (mail) await enqueue(db, 'send-reset-link', { email: request.body.email, key: randomUUID() })
      return reply.page('people/forgot-password', forgotPage(true))
    },
  )

  const codePage = (name: string, message?: string) => ({
    title: 'Use a one-time code',
    name,
    errors: message ? [{ field: 'code', message }] : [],
  })

  app.get('/sign-in/code', { config: open }, async (_request, reply) =>
    reply.page('people/paper-code', codePage('')),
  )

  app.post(
    '/sign-in/code',
    { config: open, schema: { body: form({ email: text(254), code: text(40) }) } },
    async (request, reply) => {
      const { email: name, code } = request.body
      const result = await usePaperCode(db, { name, code, address: request.ip }, tellOwner, clock())
      switch (result.kind) {
        case 'accepted':
          return reply.redirect(`/link/${result.linkToken}`, 303)
        case 'throttled':
          reply.status(429).header('retry-after', result.seconds)
          return reply.page('people/paper-code', codePage(name, tooManyAttempts(result.seconds)))
        case 'not-confirmed':
          return reply
            .status(409)
            .page(
              'people/paper-code',
              codePage(
                name,
                'This code is right, but no second person has confirmed yet that you have it. Ask a supervisor or another administrator, then try again.',
              ),
            )
        case 'refused':
          return reply
            .status(401)
            .page('people/paper-code', codePage(name, 'This code is not right, was used, or has expired.'))
      }
    },
  )
}
