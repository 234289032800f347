import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import { from, generate } from '@digitalbazaar/ed25519-multikey'
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite'
import { issue, verify, verifyCredential } from '@digitalbazaar/vc'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#server/web/routes.ts'
import { credentialFaults, type Fault, type Json, presentationFaults, several } from './data-model.ts'
import { proofFaults } from './data-model-proof.ts'
import { conformanceLoader as documentLoader } from './vc-api-documents.ts'

/**
 * The W3C VC-API's endpoints that the public suites of conformance tests ask: a server of its own, to be listened to on
 * loopback alone. It signs whatever well-formed credential it is sent, and so never with a key of ours: its key is made
 * created at its start, trusted by no one and discarded at its end.
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
  const document = Type.Record(Type.String(), Type.Unknown())
  const options = Type.Optional(
    Type.Object({
      expectedProofPurpose: Type.Optional(Type.String()),
      domain: Type.Optional(Type.String()),
      challenge: Type.Optional(Type.String()),
    }),
  )

  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) =>
    reply.status(error.statusCode ?? 500).send(refusal([parsing(error.message)])),
  )

  app.get('/', async () => ({ issuer, cryptosuite: cryptosuite.name }))

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
      const suite = new DataIntegrityProof({ signer: pair.signer(), date: clock(), cryptosuite })
      try {
        const verifiableCredential = await issue({ credential, suite, documentLoader, now: clock() })
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
      return answer(reply, faults.length > 0 ? faults : await signatureFaults(credential, verifyOne))
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

  // No list is fetched: a suite that asks for status hears of the proof alone.
  const checkStatus = async () => ({ verified: true })
  const suite = () => new DataIntegrityProof({ cryptosuite })
  const verifyOne = (credential: Json) =>
    verifyCredential({ credential, suite: suite(), documentLoader, checkStatus, now: clock() })
  const presented = (presentation: Json) => {
    const { challenge = '' } = presentation.proof as { challenge?: string }
    return verify({ presentation, challenge, suite: suite(), documentLoader, checkStatus, now: clock() })
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
