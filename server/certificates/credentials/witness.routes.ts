import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import type { VerifierKey } from '#server/ledger/signed-note.ts'
import { notFound } from '#server/web/errors.ts'
import type { App } from '#server/web/routes.ts'
import { openWitnessSeed } from './key-file.ts'
import { issuerDid } from './keys.ts'
import { cosignHead } from './witness.actions.ts'
import { findWitnessedHead } from './witness.queries.ts'
import { witnessOf } from './witness-key.ts'

type Needs = Readonly<{
  db: Database
  clock: () => Date
  config: Readonly<{ baseUrl: string; keysFile: string; witnessedLogs: readonly VerifierKey[] }>
}>

const statuses = { malformed: 400, unsigned: 403, 'unknown-log': 404, inconsistent: 422 } as const

/** Witnesses the ledgers of other installations (C2SP tlog-witness), if WITNESSED_LOGS names any. */
export async function witnessRoutes(app: App, { db, clock, config }: Needs): Promise<void> {
  const open = { policy: 'public', rateLimit: { max: 120, timeWindow: '1 minute' } } as const
  const witness = async () =>
    witnessOf(config.baseUrl, await openWitnessSeed(config.keysFile, issuerDid(config.baseUrl), clock()))

  // Witnesses are sent text of any type, and answer with text.
  app.addContentTypeParser(['text/plain', '*'], { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  )

  app.post(
    '/witness/add-checkpoint',
    { config: { ...open, isFromAnywhere: true }, bodyLimit: 64 * 1024 },
    async (request, reply) => {
      const body = typeof request.body === 'string' ? request.body : ''
      const answer = await cosignHead(db, body, config.witnessedLogs, await witness(), clock())
      if (answer.kind === 'cosigned') return reply.type('text/plain; charset=utf-8').send(`${answer.line}\n`)
      if (answer.kind === 'conflict')
        return reply.status(409).type('text/x.tlog.size').send(`${answer.size}\n`)
      return reply.status(statuses[answer.kind]).type('text/plain; charset=utf-8').send(`${answer.kind}\n`)
    },
  )

  app.get('/witness/key', { config: open }, async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send(`${(await witness()).verifierKey}\n`),
  )

  app.get(
    '/witness/:origin/checkpoint',
    { config: open, schema: { params: Type.Object({ origin: Type.String({ pattern: '^[0-9a-f]{64}$' }) }) } },
    async (request, reply) => {
      const log = config.witnessedLogs.find(({ name }) => sha256(name) === request.params.origin)
      const head = (log && (await findWitnessedHead(db, log.name))) ?? notFound()
      return reply.type('text/plain; charset=utf-8').send(head.note)
    },
  )
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
