import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import type { AccountMail } from '#server/people/account-emails.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import { actorsAt, mayDo, postDuties, postOf } from '#server/people/granting.ts'
import type { Viewer } from '#server/people/roles.ts'
import { twoPeopleWords } from '#server/people/two-people.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { requestWords } from '#server/programs/second-person/request-words.ts'
import { requestsPath } from '#server/programs/second-person/requests.actions.ts'
import {
  listOpenRequests,
  type SecondPersonRequest,
} from '#server/programs/second-person/requests.queries.ts'
import { findScope } from '#server/programs/second-person/scope.queries.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text, uuid } from '#server/web/routes.ts'
import { confirmersOf, decideRequest, problemOf } from './confirmations.actions.ts'

type Needs = Readonly<{
  db: Database
  clock: () => Date
  afterChange: AfterChange
  mail: AccountMail
  tellOwner: TellOwner
}>

/** What waits for a second person: one page for everyone who asks or decides. */
export async function confirmationRoutes(
  app: App,
  { db, clock, afterChange, mail, tellOwner }: Needs,
): Promise<void> {
  const config = { policy: ['program_admin', 'licensing', 'system_admin'] } as const

  app.get(
    requestsPath,
    { config, schema: { querystring: Type.Object({ done: Type.Optional(text(20)) }) } },
    async (request, reply) => page(request, reply, { done: doneWords.get(request.query.done ?? '') ?? null }),
  )

  for (const [noun, decision] of [
    ['confirmation', 'confirmed'],
    ['refusal', 'refused'],
    ['withdrawal', 'withdrawn'],
  ] as const)
    app.post(
      `${requestsPath}/:request/${noun}`,
      { config, schema: { params: Type.Object({ request: uuid() }) } },
      async (request, reply) => {
        const deciding = { viewer: viewerOf(request), now: clock(), afterChange, mail, tellOwner }
        const answer = await decideRequest(db, deciding, request.params.request, decision)
        switch (answer.kind) {
          case 'done':
            return reply.redirect(`${requestsPath}?done=${decision}`, 303)
          case 'not-found':
            return notFound()
          case 'not-two':
            return page(request, reply.status(409), {
              refused: twoPeopleWords[answer.problem](answer.requester),
            })
          case 'moot':
            return page(request, reply.status(409), { refused: answer.message })
        }
      },
    )

  async function page(
    request: FastifyRequest,
    reply: FastifyReply,
    { done = null, refused = null }: Readonly<{ done?: string | null; refused?: string | null }>,
  ) {
    const viewer = viewerOf(request)
    const lines = []
    for (const one of await listOpenRequests(db)) {
      const line = await lineFor(viewer, one)
      if (line) lines.push(line)
    }
    return reply.page('programs/confirmations', {
      title: 'Waiting for a second person',
      done,
      refused,
      own: lines.filter(({ isOwn }) => isOwn),
      others: lines.filter(({ isOwn }) => !isOwn),
    })
  }

  async function lineFor(viewer: Viewer, request: SecondPersonRequest) {
    const scope = await findScope(db, request)
    const isOwn = request.requested_by === viewer.id
    if (!scope || (!isOwn && !mayDo(actorsAt(viewer, scope, scope.siblings), confirmersOf(request))))
      return null
    const problem = isOwn ? null : await problemOf(db, viewer, request, clock())
    return {
      ...request,
      what: requestWords(request),
      detail: detailOf(request),
      isOwn,
      where: scope.where,
      problem: problem && twoPeopleWords[problem](request.requester),
    }
  }
}

const doneWords: ReadonlyMap<string, string> = new Map([
  [
    'asked',
    'Nothing is saved yet: the day of hire is more than 30 days ago. It is saved when a second person confirms it.',
  ],
  ['merge', 'Nothing has changed yet. The accounts are merged when a second person confirms it.'],
  ['confirmed', 'Confirmed. It is in effect now.'],
  ['refused', 'Refused. Nothing was changed.'],
  ['withdrawn', 'Withdrawn. Nothing was changed.'],
])

function detailOf(request: SecondPersonRequest): string {
  switch (request.kind) {
    case 'role':
      return postDuties[postOf({ ...request.facts, holder_id: request.holder_id })]
    case 'hire':
      return 'The day is more than 30 days before it was recorded. Compare it with the personnel file'
    case 'roster-file':
      return `${request.facts.backdated} of its days of hire ${request.facts.backdated === 1 ? 'is' : 'are'} more than 30 days ago. Compare them with the personnel files`
    case 'account-merge':
      return `Why: ${request.facts.reason}. What comes along: ${request.facts.moves}. It can be reversed for 30 days`
  }
}
