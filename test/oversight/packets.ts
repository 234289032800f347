import { createHash, createPublicKey, verify } from 'node:crypto'
import { strFromU8, unzipSync } from 'fflate'
import { readKeyFile } from '#server/certificates/credentials/key-file.ts'
import type { World } from '#test/support/app.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

type Manifest = Readonly<{
  code: string
  program: Readonly<{ license: string }>
  sample: Readonly<{ size: number | null; seed: string; population: number; drawn_by: string }>
  files: readonly Readonly<{ name: string; bytes: number; sha256: string }>[]
}>

/** Unpacks a packet's ZIP with independent code: every file, the manifest, and any mismatch. */
export async function openPacket(world: World, zip: Uint8Array) {
  const files = unzipSync(zip)
  const text = (name: string) => strFromU8(files[name]!)
  const manifest = JSON.parse(text('manifest.json')) as Manifest
  const signed = JSON.parse(text('manifest.signature.json')) as { signature: string; key: string }
  const sums = text('SHA256SUMS')
    .trim()
    .split('\n')
    .map((line) => line.split('  ') as [string, string])
  const wrong = [
    ...sums.filter(([hash, name]) => sha256(files[name]!) !== hash).map(([, name]) => `${name}: sum`),
    ...manifest.files
      .filter((one) => sha256(files[one.name]!) !== one.sha256)
      .map(({ name }) => `${name}: manifest`),
    ...((await isSigned(world, signed.key, files['manifest.json']!, signed.signature)) ? [] : ['signature']),
  ]
  return { files, text, manifest, signed, wrong }
}

/** Verified with Node's Ed25519, not with the code that signed it. */
export async function isSigned(
  { config }: World,
  keyId: string,
  bytes: Uint8Array,
  signature: string,
): Promise<boolean> {
  const key = (await readKeyFile(config.keysFile)).keys.find(({ id }) => id === keyId)!
  const raw = fromBase58(key.public_key_multibase.slice(1)).subarray(2)
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw])
  return verify(
    null,
    bytes,
    createPublicKey({ key: der, format: 'der', type: 'spki' }),
    Buffer.from(signature, 'base64url'),
  )
}

function fromBase58(text: string): Buffer {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  let value = 0n
  for (const letter of text) value = value * 58n + BigInt(alphabet.indexOf(letter))
  return Buffer.from(value.toString(16).padStart(68, '0'), 'hex')
}
