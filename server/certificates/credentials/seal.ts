import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import type { Attachment } from '#server/paper/readable-document.ts'

/**
 * A certificate's PDF contains its own credential, and the credential contains the SHA-256 of the PDF with the
 * credential's bytes left blank. So any changed byte is detected, using only
 * the file and the published keys.
 */

/** The blank place for the credential in a PDF that is not sealed yet: this many spaces. */
export function credentialPlace(length: number): Attachment {
  return {
    name: 'credential.json',
    type: 'application/json',
    description: 'Open Badges 3.0 credential of this certificate',
    bytes: new Uint8Array(length).fill(space),
  }
}

/** Puts the credential that `credentialFor` makes for this PDF into the PDF's blank place. */
export async function sealCertificate(
  page: Uint8Array,
  credentialFor: (pageSha256: Buffer) => Promise<object>,
): Promise<Uint8Array> {
  const file = Buffer.from(page)
  const start = file.indexOf(blankStart) + streamStart.length
  const end = file.indexOf(streamEnd, start)
  if (start < streamStart.length || end < 0 || !isBlank(file.subarray(start, end)))
    throw new Error('The PDF has no blank place for a credential.')
  const credential = JSON.stringify(await credentialFor(sha256(file)))
  if (Buffer.byteLength(credential) > end - start)
    throw new Error(`A credential of ${Buffer.byteLength(credential)} bytes has no room in ${end - start}.`)
  file.write(credential, start)
  return new Uint8Array(file)
}

export type OpenedCertificate =
  /** A PDF without one of our credentials. */
  | { kind: 'none' }
  /** An encrypted PDF, whose content can't be checked. Ours are never encrypted. */
  | { kind: 'locked' }
  /** It contains something like a credential, but not in the form we write. */
  | { kind: 'broken' }
  | { kind: 'opened'; credential: unknown; pageSha256: Buffer }

/** Extracts the credential from a PDF, and the digest of the PDF with the credential left blank. */
export function openCertificate(bytes: Uint8Array): OpenedCertificate {
  const file = Buffer.from(bytes)
  const at = file.indexOf(filledStart)
  if (at < 0) return { kind: leftoverOf(file) }
  const start = at + streamStart.length
  const end = file.indexOf(streamEnd, start)
  if (end < 0 || file.indexOf(filledStart, start) >= 0) return { kind: 'broken' }
  const content = file.subarray(start, end)
  const text = content.toString('utf8').replace(/ +$/, '')
  const credential = parse(text)
  // A different encoding, even with the same meaning, is not the file that was issued.
  const asWritten = Buffer.alloc(content.length, space)
  asWritten.write(JSON.stringify(credential) ?? '')
  if (credential === undefined || !asWritten.equals(content)) return { kind: 'broken' }
  const blanked = Buffer.from(file)
  blanked.fill(space, start, end)
  return { kind: 'opened', credential, pageSha256: sha256(blanked) }
}

/** Traces of a credential in a file that another program saved again, compressed or locked. */
function leftoverOf(file: Buffer): 'broken' | 'locked' | 'none' {
  if (file.includes(context)) return 'broken'
  if (file.includes('/Encrypt')) return 'locked'
  let start = file.indexOf(anyStream)
  let left = mostInflated
  for (let streams = 0; start >= 0 && streams < mostStreams && left > 0; streams++) {
    const end = file.indexOf(anyEnd, start)
    if (end < 0) break
    // The line break is one character or two.
    const from = start + anyStream.length + (file[start + anyStream.length] === 0x0d ? 2 : 1)
    const object = inflated(file.subarray(from, end))
    if (object.includes(context)) return 'broken'
    // What inflates too far was inflated, too, before it was dropped.
    left -= object.length || mostOfAStream
    start = file.indexOf(anyStream, end + anyEnd.length)
  }
  return 'none'
}

function inflated(bytes: Buffer): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: mostOfAStream })
  } catch {
    return Buffer.alloc(0)
  }
}

const anyStream = 'stream'
const anyEnd = 'endstream'
/** A certificate of ours has about fifteen. */
const mostStreams = 500
const mostOfAStream = 100_000
const mostInflated = 4_000_000
const space = 0x20
const streamStart = 'stream\n'
const streamEnd = '\nendstream'
const blankStart = `${streamStart}                                `
const context = '"https://www.w3.org/ns/credentials/v2"'
const filledStart = `${streamStart}{"@context":[${context}`

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === space)
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
