import { createHash } from 'node:crypto'
import { from } from '@digitalbazaar/ed25519-multikey'
import canonicalize from 'canonicalize'
import type { SigningKey } from '#server/certificates/credentials/keys.ts'
import type { PacketHead } from './packet-content.ts'
import { samplingWords } from './packet-sample.ts'
import type { PacketFile } from './packet-tables.ts'

export type SignedManifest = Readonly<{
  /** JSON in canonical form (RFC 8785): exactly the bytes that were signed. */
  text: string
  sha256: string
  files: readonly Readonly<{ name: string; bytes: number; sha256: string }>[]
  /** Ed25519 over the text's bytes, base64url. */
  signature: string
  key: string
}>

/** The files of a packet with their SHA-256, signed with the installation's key. */
export async function signManifest(
  head: PacketHead,
  files: readonly PacketFile[],
  key: SigningKey,
): Promise<SignedManifest> {
  const listed = files.map(({ name, bytes }) => ({ name, bytes: bytes.length, sha256: sha256(bytes) }))
  const { program, license } = head.card
  const text = canonicalize({
    format: 'review-packet/1',
    code: head.code,
    check_at: head.verify_url,
    review: head.review,
    program: { id: program.id, name: program.name, license },
    period: { from: head.from_on, to: head.to_on },
    sample: {
      size: head.sample_size,
      seed: head.seed,
      population: head.population.length,
      drawn_by: samplingWords,
    },
    made_at: head.made_at.toISOString(),
    files: listed,
  })!
  const pair = await from({
    type: 'Multikey',
    id: key.id,
    controller: key.controller,
    publicKeyMultibase: key.public_key_multibase,
    secretKeyMultibase: key.secret_key_multibase,
  })
  const signer = pair.signer() as unknown as { sign(what: { data: Uint8Array }): Promise<Uint8Array> }
  const signature = await signer.sign({ data: Buffer.from(text) })
  return {
    text,
    sha256: sha256(Buffer.from(text)),
    files: listed,
    signature: Buffer.from(signature).toString('base64url'),
    key: key.id,
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
