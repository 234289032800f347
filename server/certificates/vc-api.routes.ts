import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import { from, generate } from '@digitalbazaar/ed25519-multikey'
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite'
import { type DocumentLoader, issue, verifyCredential } from '@digitalbazaar/vc'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import { Type } from 'typebox'
import type { App } from '#server/web/routes.ts'
import { offlineLoader } from './contexts.ts'

/**
 * The W3C VC-API's two endpoints, for the public suites of conformance tests: a server of its own, to be listened to on
 * loopback alone. It signs whatever it is sent, and so never with a key of ours: its key is made at its start, vouches
 * for nobody, and is gone at its end.
 */
export async function buildVcApi(clock: () => Date): Promise<App & { issuer: string }> {
  const { publicKeyMultibase, secretKeyMultibase } = await generate({ controller: 'did:key:new' })
  const issuer = `did:key:${publicKeyMultibase}`
  const pair = await from({
    type: 'Multikey',
    id: `${issuer}#${publicKeyMultibase}`,
    controller: issuer,
    publicKeyMultibase,
    secretKeyMultibase,
  })
  const app = Fastify({ bodyLimit: 1_048_576 }).withTypeProvider<TypeBoxTypeProvider>() as unknown as App

  app.get('/', async () => ({ issuer, cryptosuite: cryptosuite.name }))

  app.post(
    '/credentials/issue',
    {
      schema: { body: Type.Object({ credential: Type.Object({}), options: Type.Optional(Type.Object({})) }) },
    },
    async (request, reply) => {
      const credential = request.body.credential as { issuer?: string | { id?: string } }
      const named = typeof credential.issuer === 'object' ? credential.issuer?.id : credential.issuer
      if (named !== issuer) return reply.status(400).send(problem(`The issuer must be ${issuer}.`))
      const suite = new DataIntegrityProof({ signer: pair.signer(), date: clock(), cryptosuite })
      try {
        const verifiableCredential = await issue({ credential, suite, documentLoader, now: clock() })
        return reply.status(201).send({ verifiableCredential })
      } catch (error) {
        return reply.status(400).send(problem((error as Error).message))
      }
    },
  )

  app.post(
    '/credentials/verify',
    {
      schema: {
        body: Type.Object({
          verifiableCredential: Type.Object({}),
          options: Type.Optional(Type.Object({})),
        }),
      },
    },
    async (request, reply) => {
      const { verified, error } = await verifyCredential({
        credential: request.body.verifiableCredential,
        suite: new DataIntegrityProof({ cryptosuite }),
        documentLoader,
        // No list is fetched: a suite that asks for status hears of the proof alone.
        checkStatus: async () => ({ verified: true }),
        now: clock(),
      })
      if (verified) return { verified, problemDetails: [] }
      const faults = error?.errors ?? (error ? [new Error(error.message)] : [])
      return reply
        .status(400)
        .send({ verified: false, problemDetails: faults.map(({ message }) => problem(message)) })
    },
  )

  return Object.assign(app, { issuer })
}

const problem = (detail: string) => ({
  type: 'https://www.w3.org/TR/vc-data-model#CRYPTOGRAPHIC_SECURITY_ERROR',
  title: 'The credential was not accepted',
  detail,
})

const ours = offlineLoader({ keys: [] })
const examples = 'https://www.w3.org/ns/credentials/examples/v2'

/** The contexts that we carry, the standard's own for its examples, and any did:key, which is its own document. */
const documentLoader: DocumentLoader = async (url) => {
  const answer = (document: object) => ({ contextUrl: null, documentUrl: url, document })
  if (url === examples)
    return answer({ '@context': { '@vocab': 'https://www.w3.org/ns/credentials/examples#' } })
  const [, did, key, fragment] = /^(did:key:(z6Mk[1-9A-HJ-NP-Za-km-z]{44}))(#\2)?$/.exec(url) ?? []
  if (!did || !key) return ours(url)
  const multikey = { id: `${did}#${key}`, type: 'Multikey', controller: did, publicKeyMultibase: key }
  const context = 'https://w3id.org/security/multikey/v1'
  if (fragment) return answer({ '@context': context, ...multikey })
  return answer({
    '@context': ['https://www.w3.org/ns/did/v1', context],
    id: did,
    verificationMethod: [multikey],
    assertionMethod: [multikey.id],
  })
}
