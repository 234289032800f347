import { type Zippable, zipSync } from 'fflate'
import { type SignedManifest, sha256 } from './packet-manifest.ts'
import type { PacketFile } from './packet-tables.ts'

/** The packet as one file: the document, the tables, the certificates, the signed manifest, and every file's SHA-256. */
export function packetZip(
  pdf: Uint8Array,
  files: readonly PacketFile[],
  manifest: SignedManifest,
  at: Date,
): Uint8Array {
  const signature = {
    manifest_sha256: manifest.sha256,
    key: manifest.key,
    algorithm: 'Ed25519',
    signature: manifest.signature,
  }
  const all: readonly PacketFile[] = [
    { name: 'packet.pdf', bytes: pdf },
    { name: 'manifest.json', bytes: Buffer.from(manifest.text) },
    { name: 'manifest.signature.json', bytes: Buffer.from(`${JSON.stringify(signature, null, 2)}\n`) },
    ...files,
  ]
  const sums = all.map(({ name, bytes }) => `${sha256(bytes)}  ${name}\n`).join('')
  const inside: Zippable = {}
  // A PDF is compressed already.
  for (const { name, bytes } of all) inside[name] = [bytes, { level: name.endsWith('.pdf') ? 0 : 6 }]
  inside.SHA256SUMS = Buffer.from(sums)
  return zipSync(inside, { mtime: at })
}
