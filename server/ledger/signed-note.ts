import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'

/** Signed notes (C2SP signed-note) and cosignatures (tlog-cosignature) with Ed25519, as other installations write them. */
export type VerifierKey = Readonly<{
  /** The key as it was given. */
  text: string
  name: string
  id: string
  /** A log signs its own heads; a witness cosigns those of others. */
  role: 'log' | 'witness'
  key: KeyObject
}>

const roles: ReadonlyMap<number | undefined, VerifierKey['role']> = new Map([
  [1, 'log'],
  [4, 'witness'],
])

/** `name+id+key`, or null where it isn't one. */
export function readVerifierKey(text: string): VerifierKey | null {
  const [, name, id, base64] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text) ?? []
  if (!name || !id || !base64) return null
  const material = Buffer.from(base64, 'base64')
  const role = roles.get(material[0])
  if (!role || material.length !== 33 || keyId(name, material).toString('hex') !== id) return null
  const x = material.subarray(1).toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return { text, name, id, role, key }
}

export const keyId = (name: string, material: Uint8Array): Buffer =>
  createHash('sha256').update(`${name}\n`).update(material).digest().subarray(0, 4)

/** The signed text and the lines below it. Null where it isn't a note. */
export function splitNote(note: string): Readonly<{ body: string; lines: readonly string[] }> | null {
  const at = note.lastIndexOf('\n\n')
  if (at < 0 || !note.endsWith('\n')) return null
  return {
    body: note.slice(0, at + 1),
    lines: note
      .slice(at + 2)
      .split('\n')
      .slice(0, -1),
  }
}

/** Whether one of the lines is the key's signature over the text. A line of the key that doesn't verify spoils the note. */
export function isSignedByLog(note: string, { name, id, key }: VerifierKey): boolean {
  const parts = splitNote(note)
  const signature = parts && signatureOf(parts.lines, name, id)
  return Boolean(parts && signature && verify(null, Buffer.from(parts.body), key, signature))
}

/** The witness's line among these, if it verifies for this note. */
export function cosignatureIn(
  lines: readonly string[],
  note: string,
  { name, id, key }: VerifierKey,
): string | null {
  const body = splitNote(note)?.body
  for (const line of lines) {
    const signature = signatureOf([line], name, id)
    if (body === undefined || signature?.length !== 72) continue
    const message = cosignedMessage(body, Number(signature.readBigUInt64BE(0)))
    if (verify(null, Buffer.from(message), key, signature.subarray(8))) return line
  }
  return null
}

/** What a witness signs: the text with the second of the signature before it. */
export const cosignedMessage = (body: string, second: number): string =>
  `cosignature/v1\ntime ${second}\n${body}`

export const signatureLine = (name: string, id: Uint8Array, signature: Uint8Array): string =>
  `— ${name} ${Buffer.concat([id, signature]).toString('base64')}`

function signatureOf(lines: readonly string[], name: string, id: string): Buffer | null {
  for (const line of lines) {
    const [, by, base64] = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? []
    const bytes = Buffer.from(base64 ?? '', 'base64')
    if (by === name && bytes.subarray(0, 4).toString('hex') === id) return bytes.subarray(4)
  }
  return null
}
