import { type Fault, instantOf, isObject, isUrl, type Json, several } from './data-model.ts'

/** What a verifier was told to expect of each proof. */
type Expected = Readonly<{
  purpose: string
  domain?: string | undefined
  challenge?: string | undefined
}>

/**
 * What Data Integrity asks of a document's proofs, before any signature is looked at: each one of them, for a library
 * that finds one proof right passes over those that it does not know.
 */
export function proofFaults(document: Json, expected: Expected, now: Date): readonly Fault[] {
  const proofs = several(document.proof)
  if (proofs.length === 0 || !proofs.every(isObject))
    return [faultOf('PROOF_VERIFICATION_ERROR', 'A "proof" is missing.')]
  return proofs.flatMap((proof) => [...partFaults(proof, now), ...expectationFaults(proof, expected)])
}

function partFaults(proof: Json, now: Date): readonly Fault[] {
  const { created, expires, previousProof } = proof
  const fault = (isRight: boolean, detail: string) =>
    isRight ? [] : [faultOf('PROOF_VERIFICATION_ERROR', detail)]
  const optional = (name: string, isRight: (value: unknown) => boolean, what: string) =>
    fault(!(name in proof) || isRight(proof[name]), `"proof.${name}" is not ${what}.`)
  const expiry = instantOf(expires)
  return [
    ...fault(proof.type === 'DataIntegrityProof', '"proof.type" must be DataIntegrityProof.'),
    ...fault(proof.cryptosuite === 'eddsa-rdfc-2022', '"proof.cryptosuite" must be eddsa-rdfc-2022.'),
    ...fault(isUrl(proof.verificationMethod), '"proof.verificationMethod" must be a URL.'),
    ...fault(typeof proof.proofPurpose === 'string', '"proof.proofPurpose" is missing.'),
    ...fault(isSignature(proof.proofValue), '"proof.proofValue" must be multibase, base58btc.'),
    ...optional('id', isUrl, 'a URL'),
    ...fault(!('created' in proof) || instantOf(created) !== null, '"proof.created" is not a dateTimeStamp.'),
    ...fault(!('expires' in proof) || expiry !== null, '"proof.expires" is not a dateTimeStamp.'),
    ...fault(expiry === null || expiry > now, 'The proof has expired.'),
    ...optional('domain', (value) => several(value).every((one) => typeof one === 'string'), 'text'),
    ...optional('challenge', (value) => typeof value === 'string', 'text'),
    ...optional('nonce', (value) => typeof value === 'string', 'text'),
    ...fault(
      previousProof === undefined,
      'Chains of proofs are not supported: "previousProof" cannot be followed.',
    ),
  ]
}

function expectationFaults(proof: Json, { purpose, domain, challenge }: Expected): readonly Fault[] {
  return [
    ...(proof.proofPurpose === purpose
      ? []
      : [faultOf('PROOF_VERIFICATION_ERROR', `"proof.proofPurpose" is not ${purpose}.`)]),
    ...(domain === undefined || several(proof.domain).includes(domain)
      ? []
      : [faultOf('INVALID_DOMAIN_ERROR', `"proof.domain" is not ${domain}.`)]),
    ...(challenge === undefined || proof.challenge === challenge
      ? []
      : [faultOf('INVALID_CHALLENGE_ERROR', '"proof.challenge" is not the one that was given.')]),
  ]
}

const isSignature = (value: unknown) =>
  typeof value === 'string' && /^z[1-9A-HJ-NP-Za-km-z]{64,88}$/.test(value)

const faultOf = (kind: string, detail: string): Fault => ({
  type: `https://w3id.org/security#${kind}`,
  title: 'A proof was not accepted',
  detail,
})
