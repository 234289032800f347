import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { notFound } from '#server/web/errors.ts'
import type { App } from '#server/web/routes.ts'
import { contexts, credentialsV2, openBadgesV3 } from './contexts.ts'
import { openKeyFile } from './key-file.ts'
import { didDocument, issuerDid, publishedKeys } from './keys.ts'
import { credentialTypes, json, typeFor } from './media-types.ts'
import { publishedStatusList } from './status.actions.ts'
import { statusListTtl } from './status-list.ts'
import { webKeySet } from './web-tokens.ts'

type Needs = Readonly<{
  db: Database
  clock: () => Date
  config: Readonly<{ baseUrl: string; issuerName: string; keysFile: string }>
}>

/** What anyone needs to verify our certificates: the issuer, its keys and the status lists. */
export async function publicationRoutes(app: App, { db, clock, config }: Needs): Promise<void> {
  const open = { policy: 'public', rateLimit: { max: 300, timeWindow: '1 minute' } } as const
  const did = issuerDid(config.baseUrl)
  const keys = async () => publishedKeys(await openKeyFile(config.keysFile, did, clock()))

  app.addHook('onSend', async (_request, reply) => {
    // Public on purpose: a verifier in another site's page reads them too.
    reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin')
    // Verifiers of many certificates ask for the same few files. A revocation is seen after five minutes at most.
    if (reply.statusCode === 200)
      reply.header('cache-control', `public, max-age=${statusListTtl / 1000}`).header('vary', 'accept')
  })

  app.get('/.well-known/did.json', { config: open }, async (request, reply) =>
    reply
      .type(typeFor(request, ['application/did+json', 'application/did+ld+json', ...json]))
      .send(JSON.stringify(didDocument(await keys(), did))),
  )

  app.get('/keys.json', { config: open }, async (request, reply) =>
    reply.type(typeFor(request, json)).send(`${JSON.stringify(await keys(), null, 2)}\n`),
  )

  // For software that checks the signed answers of the API with any JOSE library.
  app.get('/.well-known/jwks.json', { config: open }, async (_request, reply) =>
    reply.type('application/jwk-set+json').send(JSON.stringify(await webKeySet(await keys(), did))),
  )

  app.get('/contexts.json', { config: open }, async (request, reply) =>
    reply.type(typeFor(request, json)).send(JSON.stringify(Object.fromEntries(contexts))),
  )

  app.get('/issuer.json', { config: open }, async (request, reply) =>
    reply.type(typeFor(request, ['application/ld+json', 'application/json'])).send(
      JSON.stringify({
        '@context': [credentialsV2, openBadgesV3],
        id: did,
        type: ['Profile'],
        name: config.issuerName,
        url: config.baseUrl,
      }),
    ),
  )

  const name = Type.Union([Type.Literal('revocation'), Type.Literal('supersession')])
  const list = Type.String({ pattern: '^([2-9]|[1-9][0-9]{1,5})$' })

  app.get(
    '/status/:name',
    { config: open, schema: { params: Type.Object({ name }) } },
    async (request, reply) =>
      reply
        .type(typeFor(request, credentialTypes))
        .send((await signedList(request.params.name, 1)) ?? notFound()),
  )

  app.get(
    '/status/:name/:list',
    { config: open, schema: { params: Type.Object({ name, list }) } },
    async (request, reply) =>
      reply
        .type(typeFor(request, credentialTypes))
        .send((await signedList(request.params.name, Number(request.params.list))) ?? notFound()),
  )

  const signedList = (listName: 'revocation' | 'supersession', n: number) =>
    publishedStatusList(db, listName, n, config, clock())
}
