import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { stateOf } from './account-page.ts'
import { type Account, findAccountOf } from './accounts.queries.ts'
import { askMerge, planMerge, reverseMerge } from './merges.actions.ts'
import { listMergeable, listMerges } from './merges.queries.ts'
import { holdingLines } from './merging.ts'

type Needs = Readonly<{
  db: Database
  clock: () => Date
  tellOwner: TellOwner
  afterChange: AfterChange
}>

/** Two accounts of one person become one: found, previewed, asked for, and taken apart again. */
export async function mergeRoutes(app: App, { db, clock, tellOwner, afterChange }: Needs): Promise<void> {
  const config = { policy: ['system_admin', 'program_admin'] } as const
  const params = Type.Object({ person: uuid() })
  const pair = Type.Object({ person: uuid(), other: uuid() })
  const merge = Type.Object({ person: uuid(), merge: uuid() })
  const reason = text(1000)

  app.get(
    '/accounts/:person/merge',
    { config, schema: { params, querystring: Type.Object({ search: Type.Optional(text()) }) } },
    async (request, reply) => {
      const account = await changeable(request)
      const search = request.query.search?.trim() ?? account.name
      const found = await listMergeable(db, viewerOf(request), account, search, dayOf(clock()))
      return reply.page('programs/accounts/merge-find', {
        title: `Merge another account into ${account.name}’s`,
        account,
        search,
        found: found.map((one) => ({ ...one, state: stateOf(one) })),
      })
    },
  )

  app.get('/accounts/:person/merge/:other', { config, schema: { params: pair } }, async (request, reply) =>
    preview(request, reply, request.params, ''),
  )

  app.post(
    '/accounts/:person/merge/:other',
    { config, schema: { params: pair, body: form({ reason }) } },
    async (request, reply) => {
      const { person, other } = request.params
      const why = request.body.reason.trim()
      if (!why) return preview(request, reply, request.params, why, noReason)
      const answer = await askMerge(db, { viewer: viewerOf(request), now: clock() }, person, other, why)
      switch (answer.kind) {
        case 'asked':
          return reply.redirect('/confirmations?done=merge', 303)
        case 'not-found':
          return notFound()
        case 'refused':
          return preview(request, reply, request.params, why)
      }
    },
  )

  app.get(
    '/accounts/:person/merges/:merge/reversal',
    { config, schema: { params: merge } },
    async (request, reply) => reversal(request, reply, ''),
  )

  app.post(
    '/accounts/:person/merges/:merge/reversal',
    { config, schema: { params: merge, body: form({ reason }) } },
    async (request, reply) => {
      const account = await changeable(request)
      const why = request.body.reason.trim()
      if (!why) return reversal(request, reply, why, [noReason])
      const answer = await reverseMerge(
        db,
        { viewer: viewerOf(request), now: clock(), tellOwner, afterChange },
        request.params.merge,
        why,
      )
      switch (answer.kind) {
        case 'done':
          return reply.redirect(`/accounts/${account.id}`, 303)
        case 'not-found':
          return notFound()
        case 'refused':
          return reversal(request, reply, why, [{ field: 'reason', message: answer.message }])
      }
    },
  )

  async function preview(
    request: FastifyRequest,
    reply: FastifyReply,
    { person, other }: Readonly<{ person: string; other: string }>,
    why: string,
    error?: Readonly<{ field: string; message: string }>,
  ) {
    const plan = (await planMerge(db, viewerOf(request), person, other, clock())) ?? notFound()
    const { kept, merged, problem } = plan
    return reply.status(error || (why && problem) ? 422 : 200).page('programs/accounts/merge', {
      title: `Merge two accounts of ${kept.account.name}`,
      kept: { ...kept.account, lines: holdingLines(kept.account, kept.holdings) },
      merged: { ...merged.account, lines: holdingLines(merged.account, merged.holdings) },
      problem,
      reason: why,
      errors: error ? [error] : [],
    })
  }

  async function reversal(
    request: FastifyRequest,
    reply: FastifyReply,
    why: string,
    errors: readonly Readonly<{ field: string; message: string }>[] = [],
  ) {
    const account = await changeable(request)
    const { merge: id } = request.params as { merge: string }
    const found = (await listMerges(db, account.id)).find((one) => one.id === id) ?? notFound()
    return reply.status(errors.length > 0 ? 422 : 200).page('programs/accounts/change', {
      title: `Reverse the merge of ${found.merged}’s accounts`,
      account,
      button: 'Reverse the merge',
      lead: 'Each account has again what it had, and its own way to sign in. What was done since stays with the account that did it.',
      reason: why,
      errors,
    })
  }

  async function changeable(request: FastifyRequest): Promise<Account> {
    const { person } = request.params as { person: string }
    const found = await findAccountOf(db, viewerOf(request), person, dayOf(clock()))
    return found?.canChange ? found.account : notFound()
  }
}

const noReason = { field: 'reason', message: 'Write why. It stays with the record.' }
