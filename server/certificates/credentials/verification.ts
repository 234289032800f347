import { isDeepStrictEqual } from 'node:util'
import Value from 'typebox/value'
import { type CredentialFacts, describeCredential, pageDigest, readCredential } from './credential.ts'
import { type Credential, credentialShape } from './credential-shape.ts'
import { keyFault, type PublishedKeys } from './keys.ts'
import { inOrder, isSignedBy } from './proof.ts'
import { type OpenedCertificate, openCertificate } from './seal.ts'

export type Verdict = 'genuine' | 'altered' | 'unknown_key' | 'not_a_certificate'

export type Verification = Readonly<{
  verdict: Verdict
  /** One sentence for people. */
  why: string
  /** What the credential says: only where it is genuine, for anything else is nobody's word. */
  facts: CredentialFacts | null
  credential: Credential | null
  /** The number that a file not genuine claims, to look up the true record beside it. */
  claimed_number: string | null
  /** The address that it claims to be checked at, whose last part is the secret that its holder has. */
  claimed_address: string | null
}>

/**
 * Judges a PDF certificate or a credential's JSON by the published keys alone: no network, no database, no clock.
 * Whether a genuine certificate was revoked or superseded since, only the register tells.
 */
export async function verifyCertificateFile(bytes: Uint8Array, keys: PublishedKeys): Promise<Verification> {
  return isPdf(bytes) ? verifyOpened(openCertificate(bytes), keys) : verifyCredentialText(bytes, keys)
}

/** Judges what was taken out of a PDF. */
export async function verifyOpened(opened: OpenedCertificate, keys: PublishedKeys): Promise<Verification> {
  if (opened.kind === 'none')
    return not(
      'not_a_certificate',
      'This PDF carries no credential. A print saved as PDF loses it: ask for the original file.',
    )
  if (opened.kind === 'locked')
    return not(
      'not_a_certificate',
      'This PDF is encrypted, which ours never are: ask for the file as it was downloaded.',
    )
  if (opened.kind === 'broken')
    return not(
      'altered',
      'The file was changed, or saved anew by another program: ask for it as it was downloaded.',
    )
  const { credential, pageSha256 } = opened
  if (!Value.Check(credentialShape, credential)) return verifyCredential(credential, keys)
  if (!pageDigest(credential).equals(pageSha256))
    return not('altered', 'The page is not the one that its credential was made for.', credential)
  if (JSON.stringify(asIssued(credential)) !== JSON.stringify(credential))
    return not('altered', 'The credential within the file is not as it was issued.', credential)
  return verifyCredential(credential, keys)
}

/** Judges a credential on its own. */
export async function verifyCredential(credential: unknown, keys: PublishedKeys): Promise<Verification> {
  if (!looksLikeCredential(credential)) return not('not_a_certificate', 'This is no certificate of ours.')
  const key = keys.keys.find(({ id }) => id === credential.proof.verificationMethod)
  if (!key)
    return not('unknown_key', 'It is signed with a key that is not among the published ones.', credential)
  if (!Value.Check(credentialShape, credential))
    return not('altered', 'The credential has parts added, missing or changed.', credential)
  // The signature is over what the parts mean: their order and repetition it leaves open, and this does not.
  if (!isDeepStrictEqual(asIssued(credential), credential))
    return not('altered', 'The credential has parts repeated, moved or at odds with each other.', credential)
  if (credential.issuer.id !== key.controller)
    return not('altered', 'The issuer that it names is not the one whose key signed it.', credential)
  if (!(await isSignedBy(key, credential)))
    return not('altered', 'Its signature does not fit what it says.', credential)
  const fault = keyFault(key, new Date(credential.proof.created))
  if (fault) return not('unknown_key', fault, credential)
  return {
    verdict: 'genuine',
    why:
      key.compromised_on === null
        ? 'It is as it was issued, and signed by the issuer.'
        : 'It is signed by the issuer, before the day from which others may have held the key; the register should confirm it.',
    facts: readCredential(credential).facts,
    credential,
    claimed_number: credential.credentialSubject.licenseNumber,
    claimed_address: credential.id,
  }
}

/** What two checks of one file do not agree on is not called genuine. */
export const disagreement = (verification: Verification): Verification => ({
  ...not(
    'altered',
    'This browser finds that its signature does not fit what it says, and our server finds that it does. Ask the state’s licensing staff.',
  ),
  claimed_number: verification.claimed_number,
  claimed_address: verification.claimed_address,
})

/** The credential with these contents as we write it; null where they hold a day or an address that there is not. */
function asIssued({ proof, ...unsigned }: Credential): Credential | null {
  try {
    return { ...describeCredential(readCredential(unsigned)), proof: inOrder(proof) }
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return null
    throw error
  }
}

export async function verifyCredentialText(bytes: Uint8Array, keys: PublishedKeys): Promise<Verification> {
  const none = 'This file is neither a PDF nor a credential.'
  if (bytes.length > mostCredentialBytes) return not('not_a_certificate', none)
  let text: string
  let credential: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    credential = JSON.parse(text)
  } catch {
    return not('not_a_certificate', none)
  }
  // A name given twice reads one way to a person and another to a program.
  if (looksLikeCredential(credential) && compact(text) !== JSON.stringify(credential))
    return not('altered', 'The file can be read in more than one way.', credential)
  return verifyCredential(credential, keys)
}

/** The text without the white space between its parts, each string spelled the same way. */
function compact(text: string): string {
  return text.replace(/("(?:[^"\\]+|\\.)*")|\s+/g, (_, string?: string) =>
    string === undefined ? '' : JSON.stringify(JSON.parse(string)),
  )
}

const mostCredentialBytes = 1_000_000

function looksLikeCredential(value: unknown): value is object & { proof: { verificationMethod: string } } {
  const { proof } = (value ?? {}) as { proof?: { verificationMethod?: unknown } }
  return typeof value === 'object' && typeof proof?.verificationMethod === 'string'
}

function isPdf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 5)).toString('latin1') === '%PDF-'
}

function not(verdict: Exclude<Verdict, 'genuine'>, why: string, claimed?: unknown): Verification {
  const { credentialSubject, id } = (claimed ?? {}) as {
    credentialSubject?: { licenseNumber?: unknown }
    id?: unknown
  }
  const number = credentialSubject?.licenseNumber
  return {
    verdict,
    why,
    facts: null,
    credential: null,
    claimed_number: typeof number === 'string' ? number : null,
    claimed_address: typeof id === 'string' ? id : null,
  }
}
