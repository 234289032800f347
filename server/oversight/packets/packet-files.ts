import type { SigningKey } from '#server/certificates/credentials/keys.ts'
import type { PacketContent } from './packet-content.ts'
import { sha256, signManifest } from './packet-manifest.ts'
import { drawPacket } from './packet-pdf.ts'
import { type PacketFile, packetTables } from './packet-tables.ts'
import { packetZip } from './packet-zip.ts'

export type PacketFiles = Readonly<{
  pdf: Uint8Array
  pdf_sha256: string
  zip: Uint8Array
  zip_sha256: string
}>

/** The PDF and the ZIP with all files. `onProgress` receives the number of people done. */
export async function packetFiles(
  content: PacketContent,
  certificates: readonly PacketFile[],
  key: SigningKey,
  onProgress: (people: number) => void,
): Promise<PacketFiles> {
  const files = [...packetTables(content), ...certificates]
  const manifest = await signManifest(content.head, files, key)
  const pdf = await drawPacket(content, manifest, onProgress)
  const zip = packetZip(pdf, files, manifest, content.head.made_at)
  return { pdf, pdf_sha256: sha256(pdf), zip, zip_sha256: sha256(zip) }
}
