import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite'
import { verify } from '@digitalbazaar/vc'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { isSignedBy, sign } from '#server/certificates/credentials/proof.ts'
import type { App } from '#server/web/routes.ts'
import { credentialFaults, type Fault, type Json, presentationFaults, several } from './data-model.ts'
import { proofFaults } from './data-model-proof.ts'
import { conformanceLoader as documentLoader } from './vc-api-documents.ts'
import { keyOfItself, publicKey } from './vc-api-key.ts'
import { statusesAt } from './vc-api-status.ts'

/**
 * The W3C VC-API's endpoints that the public suites of conformance tests ask: a server of its own, to be listened to on
 * loopback alone. It signs and verifies with the product's own code, whatever well-formed credential it is sent, and so never
 * with a key of ours: its key is created at its start, trusted by no one and discarded at its end. With the option
 * `credentialStatus`, an issued credential gets an entry in the server's status list.
 */
export async function buildVcApi(
  clock: () => Date,
  site = 'http://127.0.0.1:3999',
): Promise<App & { issuer: string }> {
  const key = await keyOfItself(clock())
  const issuer = key.controller
  const statuses = statusesAt(site, key, clock)
  const app = Fastify({ bodyLimit: 1_048_576 }).withTypeProvider<TypeBoxTypeProvider>() as unknown as App
  const document = Type.Record(Type.String(), Type.Unknown())
  const options = Type.Optional(
    Type.Object({
      expectedProofPurpose: Type.Optional(Type.String()),
      domain: Type.Optional(Type.String()),
      challenge: Type.Optional(Type.String()),
      credentialStatus: Type.Optional(Type.Boolean()),
      checks: Type.Optional(Type.Array(Type.String())),
    }),
  )

  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) =>
    reply.status(error.statusCode ?? 500).send(refusal([parsing(error.message)])),
  )

  app.get('/', async () => ({ issuer, cryptosuite: cryptosuite.name }))

  app.get('/status/revocation', async (_request, reply) =>
    reply.type('application/ld+json').send(JSON.stringify(await statuses.list())),
  )

  app.post(
    '/credentials/status',
    { schema: { body: Type.Object({ credentialId: Type.String() }) } },
    async (request, reply) =>
      statuses.revoke(request.body.credentialId)
        ? { revoked: true }
        : refuse(reply, [parsing('No credential with that id was issued with a status.')]),
  )

  app.post(
    '/credentials/issue',
    { schema: { body: Type.Object({ credential: document, options }) } },
    async (request, reply) => {
      const credential = request.body.credential as Json & { issuer?: string | { id?: string } }
      const faults = credentialFaults(credential)
      if (faults.length > 0) return refuse(reply, faults)
      const named = typeof credential.issuer === 'object' ? credential.issuer.id : credential.issuer
      if (named !== issuer) return refuse(reply, [parsing(`The issuer must be ${issuer}.`)])
      if ('proof' in credential) return refuse(reply, [parsing('The credential has a proof already.')])
      const told = request.body.options?.credentialStatus ? statuses.withEntry(credential) : credential
      try {
        const verifiableCredential = await sign(told, key, clock(), documentLoader)
        return reply.status(201).send({ verifiableCredential })
      } catch (error) {
        return refuse(reply, [parsing((error as Error).message)])
      }
    },
  )

  app.post(
    '/credentials/verify',
    { schema: { body: Type.Object({ verifiableCredential: document, options }) } },
    async (request, reply) => {
      const { verifiableCredential: credential, options = {} } = request.body
      const { expectedProofPurpose: purpose = 'assertionMethod', ...expected } = options
      const faults = [
        ...credentialFaults(credential),
        ...proofFaults(credential, { purpose, ...expected }, clock()),
      ]
      if (faults.length > 0) return refuse(reply, faults)
      const signed = await signatureFaults(credential, verifyOne)
      return answer(reply, [...signed, ...(await statuses.faults(credential))])
    },
  )

  app.post(
    '/presentations/verify',
    { schema: { body: Type.Object({ verifiablePresentation: document, options }) } },
    async (request, reply) => {
      const { verifiablePresentation: presentation, options = {} } = request.body
      const { expectedProofPurpose: purpose = 'authentication', ...expected } = options
      const credentials = several(presentation.verifiableCredential) as readonly Json[]
      const faults = [
        ...presentationFaults(presentation),
        ...proofFaults(presentation, { purpose, ...expected }, clock()),
      ]
      if (faults.length > 0) return refuse(reply, faults)
      const within = credentials.flatMap((credential) =>
        proofFaults(credential, { purpose: 'assertionMethod' }, clock()),
      )
      return answer(reply, [
        ...within,
        ...(within.length > 0 ? [] : await signatureFaults(presentation, presented)),
      ])
    },
  )

  const verifyOne = async (credential: Json) => ({
    verified: await isSignedBy(
      publicKey(credential.proof as Json),
      asSigned(credential),
      documentLoader,
      clock(),
    ),
  })
  // The product has no presentations, so the library verifies them.
  const presented = (presentation: Json) => {
    const { challenge = '' } = presentation.proof as { challenge?: string }
    const checkStatus = async () => ({ verified: true })
    const suite = new DataIntegrityProof({ cryptosuite })
    return verify({ presentation, challenge, suite, documentLoader, checkStatus, now: clock() })
  }

  return Object.assign(app, { issuer })
}

type Outcome = Readonly<{
  verified: boolean
  error?: Readonly<{ message: string; errors?: readonly Error[] }> | undefined
}>

/** Checks each proof separately, because the library accepts one valid proof out of several. */
async function signatureFaults(
  document: Json,
  outcomeOf: (document: Json) => Promise<Outcome>,
): Promise<readonly Fault[]> {
  const faults: Fault[] = []
  for (const proof of several(document.proof)) {
    const { verified, error } = await outcomeOf(structuredClone({ ...document, proof }))
    const details = error?.errors?.map(({ message }) => message) ?? [error?.message ?? 'It does not verify.']
    if (!verified) faults.push(...details.map(cryptographic))
  }
  return faults
}

/** A verifier is told of one proof at a time. */
const asSigned = (credential: Json) => credential as Json & { proof: unknown }

const answer = (reply: FastifyReply, faults: readonly Fault[]) =>
  faults.length > 0
    ? refuse(reply, faults)
    : reply.send({ verified: true, checks: ['proof'], warnings: [], errors: [], problemDetails: [] })

const refuse = (reply: FastifyReply, faults: readonly Fault[]) => reply.status(400).send(refusal(faults))

/** Older suites read `errors`, newer ones `problemDetails`. */
const refusal = (problemDetails: readonly Fault[]) => ({
  verified: false,
  checks: ['proof'],
  errors: problemDetails.map(({ detail }) => detail),
  problemDetails,
})

const problem = (kind: string, title: string) => (detail: string) => ({
  type: `https://www.w3.org/TR/vc-data-model#${kind}`,
  title,
  detail,
})
const parsing = problem('PARSING_ERROR', 'The document cannot be read as one to be signed or verified')
const cryptographic = problem('CRYPTOGRAPHIC_SECURITY_ERROR', 'The signature does not hold')
