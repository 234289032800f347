import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { allowAddress } from './actions.ts'
import { wordsOf } from './kinds.ts'
import { findNoticeToPrint, listStoppedAddresses, listUndelivered } from './queries.ts'

/** Messages that email doesn't carry: what waits, what came back, and a note to print and hand over. */
export async function undeliveredRoutes(
  app: App,
  { db, config }: Readonly<{ db: Database; config: Readonly<{ baseUrl: string }> }>,
): Promise<void> {
  const supervisors = { policy: ['supervisor', 'program_admin', 'system_admin'] } as const
  const params = Type.Object({ notice: uuid() })

  app.get('/notices/undelivered', { config: supervisors }, async (request, reply) => {
    const reach = reachOf(viewerOf(request))
    const [undelivered, stopped] = await Promise.all([
      listUndelivered(db, ...reach),
      listStoppedAddresses(db, ...reach),
    ])
    const lines = undelivered.map((one) => ({
      ...one,
      why: reasons[one.state] ?? `Waiting. ${attempted(one)}`,
    }))
    return reply.page('notices/undelivered', { title: 'Messages not delivered', lines, stopped })
  })

  app.post(
    '/notices/stopped-addresses/end',
    { config: supervisors, schema: { body: form({ email: text(254) }) } },
    async (request, reply) => {
      const stopped = await listStoppedAddresses(db, ...reachOf(viewerOf(request)))
      if (!stopped.some(({ email }) => email === request.body.email)) return notFound()
      await allowAddress(db, request.body.email)
      return reply.redirect('/notices/undelivered', 303)
    },
  )

  app.get('/notices/:notice/print', { config: supervisors, schema: { params } }, async (request, reply) => {
    const notice =
      (await findNoticeToPrint(db, request.params.notice, ...reachOf(viewerOf(request)))) ?? notFound()
    const words = wordsOf(notice) ?? notFound()
    return reply.page('notices/print', {
      title: 'A note to hand over',
      name: notice.name,
      sentence: words.inbox,
      createdAt: notice.created_at,
      signInAt: config.baseUrl,
    })
  })
}

const reachOf = (viewer: Viewer) => [viewer.supervised_program_ids, hasRole(viewer, 'system_admin')] as const

const reasons: Readonly<Record<string, string>> = {
  stopped: 'The address refuses mail.',
  'no-address': 'This person has no email on file.',
  'not-set-up': 'This installation has no mail server.',
}

const attempted = ({ attempts, last_error }: Readonly<{ attempts: number; last_error: string | null }>) =>
  `Tried ${attempts === 1 ? 'once' : `${attempts} times`}: ${last_error ?? 'no answer'}`
