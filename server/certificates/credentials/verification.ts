import { isDeepStrictEqual } from 'node:util'
import { fileThread } from '#server/web/file-threads.ts'
import { type CredentialFacts, describeCredential, pageDigest, readCredential } from './credential.ts'
import { type Credential, isCredential, proofOf } from './credential-shape.ts'
import { keyFault, type PublishedKeys } from './keys.ts'
import { inOrder, isSignedBy } from './proof.ts'
import { type OpenedCertificate, openCertificate } from './seal.ts'

type Verdict = 'genuine' | 'altered' | 'unknown_key' | 'not_a_certificate'

export type Verification = Readonly<{
  verdict: Verdict
  /** One sentence for the user. */
  why: string
  /** The credential's facts, only if it is genuine. No one vouches for the facts of any other file. */
  facts: CredentialFacts | null
  credential: Credential | null
  /** The number that a file claims if it isn't genuine, to look up the real record. */
  claimed_number: string | null
  /** The verification address that it claims. Its last part is the holder's secret code. */
  claimed_address: string | null
}>

/**
 * Verifies a PDF certificate or a credential's JSON with the published keys: no network, no database, no clock.
 * Only the register knows whether a genuine certificate was revoked or superseded later.
 */
export async function verifyCertificateFile(bytes: Uint8Array, keys: PublishedKeys): Promise<Verification> {
  return isPdf(bytes) ? verifyOpened(openCertificate(bytes), keys) : verifyCredentialText(bytes, keys)
}

/** The same for a file from anyone: a PDF is opened in a thread. */
export async function verifyUploadedFile(bytes: Uint8Array, keys: PublishedKeys): Promise<Verification> {
  if (!isPdf(bytes)) return verifyCredentialText(bytes, keys)
  const opened = await openInThread(bytes)
  if (opened === 'too-much') return verifyOpened({ kind: 'broken' }, keys)
  return verifyOpened(
    opened.kind === 'opened' ? { ...opened, pageSha256: Buffer.from(opened.pageSha256) } : opened,
    keys,
  )
}

const openInThread = fileThread<Uint8Array, OpenedCertificate>(
  new URL('./open-certificate.worker.ts', import.meta.url),
  5,
)

/** Verifies what was extracted from a PDF. */
export async function verifyOpened(opened: OpenedCertificate, keys: PublishedKeys): Promise<Verification> {
  if (opened.kind === 'none')
    return not(
      'not_a_certificate',
      'This PDF has no credential. Printing to PDF removes it. Ask for the original file.',
    )
  if (opened.kind === 'locked')
    return not('not_a_certificate', 'This PDF is encrypted. Ours never are. Ask for the original download.')
  if (opened.kind === 'broken')
    return not(
      'altered',
      'The file was changed or saved again by another program. Ask for the original download.',
    )
  const { credential, pageSha256 } = opened
  if (!isCredential(credential)) return verifyCredential(credential, keys)
  if (!pageDigest(credential).equals(pageSha256))
    return not('altered', 'The credential in this file was made for a different page.', credential)
  if (JSON.stringify(asIssued(credential)) !== JSON.stringify(credential))
    return not('altered', 'The credential in this file was changed after it was issued.', credential)
  return verifyCredential(credential, keys)
}

/** Verifies a credential without its PDF. */
export async function verifyCredential(credential: unknown, keys: PublishedKeys): Promise<Verification> {
  if (!looksLikeCredential(credential))
    return not('not_a_certificate', 'This is not one of our certificates.')
  const key = keys.keys.find(({ id }) => id === signerOf(credential))
  if (!key) return not('unknown_key', 'It is signed with a key that we have not published.', credential)
  if (!isCredential(credential))
    return not('altered', 'The credential has parts added, missing or changed.', credential)
  // The signature covers the meaning only, not the order or repetition of parts. This check covers those too.
  if (!isDeepStrictEqual(asIssued(credential), credential))
    return not(
      'altered',
      'The credential has parts that are repeated, moved or contradict each other.',
      credential,
    )
  if (credential.issuer.id !== key.controller)
    return not('altered', 'It names one issuer but is signed with another one’s key.', credential)
  if (!(await isSignedBy(key, { ...credential, proof: proofOf(credential) })))
    return not('altered', 'Its signature does not match its content.', credential)
  const fault = keyFault(key, new Date(proofOf(credential).created))
  if (fault) return not('unknown_key', fault, credential)
  return {
    verdict: 'genuine',
    why:
      key.compromised_on === null
        ? 'It is unchanged since it was issued, and the issuer’s signature is valid.'
        : 'The issuer signed it before the key may have been stolen. Check it against the register.',
    facts: readCredential(credential).facts,
    credential,
    claimed_number: credential.credentialSubject.licenseNumber,
    claimed_address: credential.id,
  }
}

/** If the browser and the server disagree, the file is not called genuine. */
export const disagreement = (verification: Verification): Verification => ({
  ...not(
    'altered',
    'This browser and our server disagree about whether the signature is valid. Contact the state’s licensing staff.',
  ),
  claimed_number: verification.claimed_number,
  claimed_address: verification.claimed_address,
})

/** Of a credential whose digest of its PDF is not the one of the PDF on record. */
export const withoutItsPage = (verification: Verification): Verification => ({
  ...not('altered', 'The credential was made for a different page than the certificate on record.'),
  claimed_number: verification.claimed_number,
  claimed_address: verification.claimed_address,
})

/** The credential with this content in our encoding, or null if it has an impossible date or address. */
function asIssued({ proof, ...unsigned }: Credential): Credential | null {
  try {
    const described = describeCredential(readCredential(unsigned))
    return { ...described, proof: Array.isArray(proof) ? [inOrder(proof[0])] : inOrder(proof) } as Credential
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return null
    throw error
  }
}

export async function verifyCredentialText(bytes: Uint8Array, keys: PublishedKeys): Promise<Verification> {
  const none = 'This file is not a PDF or a credential.'
  if (bytes.length > mostCredentialBytes) return not('not_a_certificate', none)
  let text: string
  let credential: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    credential = JSON.parse(text)
  } catch {
    return not('not_a_certificate', none)
  }
  // Duplicate names in JSON can mean different things to a person and to a program.
  if (looksLikeCredential(credential) && compact(text) !== JSON.stringify(credential))
    return not('altered', 'The file is ambiguous: a name appears in it more than once.', credential)
  return verifyCredential(credential, keys)
}

/** The JSON without white space, with each string in the same encoding. */
function compact(text: string): string {
  return text.replace(/("(?:[^"\\]+|\\.)*")|\s+/g, (_, string?: string) =>
    string === undefined ? '' : JSON.stringify(JSON.parse(string)),
  )
}

const mostCredentialBytes = 1_000_000

const looksLikeCredential = (value: unknown): value is object =>
  typeof value === 'object' && signerOf(value) !== null

/** The key that the only or first proof names. */
function signerOf(value: unknown): string | null {
  const { proof } = (value ?? {}) as { proof?: unknown }
  const { verificationMethod } = ((Array.isArray(proof) ? proof[0] : proof) ?? {}) as {
    verificationMethod?: unknown
  }
  return typeof verificationMethod === 'string' ? verificationMethod : null
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
