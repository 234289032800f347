import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { type Account, findAccountOf } from './accounts.queries.ts'
import { decidePaperCode, makePaperCode } from './paper-codes.actions.ts'
import { findLiveCode, listConfirmers, listWaitingCodes } from './paper-codes.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; tellOwner: TellOwner }>

/** Recovery without email: one administrator hands over a code on paper, a second person confirms who has it. */
export async function paperCodeRoutes(app: App, { db, clock, tellOwner }: Needs): Promise<void> {
  const administrators = { policy: ['system_admin', 'program_admin'] } as const
  const confirmers = { policy: ['supervisor', 'program_admin', 'system_admin'] } as const
  const params = Type.Object({ person: uuid() })

  app.get('/accounts/:person/code', { config: administrators, schema: { params } }, async (request, reply) =>
    reply.page('programs/accounts/code-new', await newPage(request, await recoverable(request), '')),
  )

  app.post(
    '/accounts/:person/code',
    {
      config: administrators,
      schema: { params, body: form({ lost: Type.Optional(text(20)), reason: text(1000) }) },
    },
    async (request, reply) => {
      const account = await recoverable(request)
      const reason = request.body.reason.trim()
      if (!reason)
        return reply.status(422).page('programs/accounts/code-new', {
          ...(await newPage(request, account, '')),
          errors: [
            { field: 'reason', message: 'Write how you know that it’s them. It stays with the record.' },
          ],
        })
      const by = { actorId: viewerOf(request).id, reason, now: clock() }
      const code = await makePaperCode(db, account, request.body.lost === 'both', by, tellOwner)
      return reply.page('programs/accounts/code-made', {
        title: 'A one-time code',
        account,
        code,
        confirmers: await listConfirmers(db, account.id, by.actorId, by.now),
      })
    },
  )

  app.get('/accounts/codes', { config: confirmers }, async (request, reply) =>
    reply.page('programs/accounts/codes', {
      title: 'Codes to confirm',
      codes: await listWaitingCodes(db, viewerOf(request), clock()),
    }),
  )

  for (const decision of ['confirmed', 'refused'] as const)
    app.post(
      `/accounts/codes/:code/${decision === 'confirmed' ? 'confirmation' : 'refusal'}`,
      { config: confirmers, schema: { params: Type.Object({ code: uuid() }) } },
      async (request, reply) => {
        const how = { tell: tellOwner, now: clock() }
        const answer = await decidePaperCode(db, viewerOf(request), request.params.code, decision, how)
        if (answer === 'not-found') return notFound()
        return reply.redirect('/accounts/codes', 303)
      },
    )

  async function recoverable(request: FastifyRequest): Promise<Account> {
    const { person } = request.params as { person: string }
    const found = await findAccountOf(db, viewerOf(request), person, dayOf(clock()))
    return found?.canChange && found.account.has_password && !found.account.disabled_at
      ? found.account
      : notFound()
  }

  const newPage = async (request: FastifyRequest, account: Account, reason: string) => ({
    title: 'Make a one-time code',
    account,
    reason,
    live: (await findLiveCode(db, account.id, clock())) ?? null,
    confirmers: await listConfirmers(db, account.id, viewerOf(request).id, clock()),
  })
}
