import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { KeyFileError, openKeyFile } from '#server/certificates/credentials/key-file.ts'
import { issuerDid, type PublishedKey, publishedKeys } from '#server/certificates/credentials/keys.ts'
import type { Database } from '#server/db/connection.ts'
import type { Sessions } from '#server/people/sessions.ts'
import { passwordAgain } from '#server/people/sign-in/password-again.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { type App, form, text } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { rotateSigningKey } from './keys.actions.ts'
import { countSigned } from './keys.queries.ts'

type Needs = Readonly<{
  db: Database
  sessions: Sessions
  clock: () => Date
  config: Readonly<{ baseUrl: string; keysFile: string; https: boolean }>
}>

/** The keys that sign certificates: when each signed, and how much. A new one takes the password, again. */
export async function keyConsoleRoutes(app: App, { db, sessions, clock, config }: Needs): Promise<void> {
  const again = passwordAgain({ db, sessions, clock, config })
  const administrators = { policy: ['system_admin'] } as const

  app.get(
    '/admin/keys',
    {
      config: administrators,
      schema: { querystring: Type.Object({ done: Type.Optional(Type.Literal('rotated')) }) },
    },
    async (request, reply) => keysPage(request, reply, []),
  )

  app.post(
    '/admin/keys/rotation',
    {
      config: { ...administrators, rateLimit: { max: 6, timeWindow: '1 minute' } },
      schema: { body: form({ password: Type.Optional(text(1024)), sure: Type.Optional(text(10)) }) },
    },
    async (request, reply) => {
      const errors = [
        ...(request.body.sure === 'yes'
          ? []
          : [{ field: 'sure', message: 'Confirm that you will copy the key file.' }]),
        ...(await again.errors(request, request.body.password)),
      ]
      if (errors.length > 0) return keysPage(request, reply.status(422), errors)
      await rotateSigningKey(db, { viewer: viewerOf(request), now: clock() }, config)
      return reply.redirect('/admin/keys?done=rotated', 303)
    },
  )

  async function keysPage(request: FastifyRequest, reply: FastifyReply, errors: readonly FieldError[]) {
    const { keys, problem } = await keysNow()
    const signed = await countSigned(db, keys)
    return reply.page('admin/keys', {
      title: 'Signing keys',
      tab: 'keys',
      keys: keys
        .map((key, at) => ({ ...key, shortId: key.id.split('#').at(-1)!, signed: signed[at]! }))
        .reverse(),
      problem,
      keysFile: config.keysFile,
      isRotated: (request.query as { done?: string }).done === 'rotated',
      asksPassword: again.isAsked(request),
      errors,
    })
  }

  async function keysNow(): Promise<{ keys: readonly PublishedKey[]; problem: string | null }> {
    try {
      const keys = await openKeyFile(config.keysFile, issuerDid(config.baseUrl), clock())
      return { keys: publishedKeys(keys).keys, problem: null }
    } catch (error) {
      if (!(error instanceof KeyFileError)) throw error
      return { keys: [], problem: error.message }
    }
  }
}
