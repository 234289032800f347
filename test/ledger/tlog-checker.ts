import { createHash, createPublicKey, verify } from 'node:crypto'

/**
 * A checker of C2SP tlog-proof files written from the specifications alone (c2sp.org/tlog-proof, tlog-checkpoint, signed-note,
 * tlog-cosignature; RFC 9162, sections 2.1.3.2 and 2.1.4.2). It shares no code with the service.
 */

type Checked = Readonly<{
  origin: string
  size: number
  index: number
  extra: unknown
  /** The names of witnesses among those given that cosigned. */
  witnesses: readonly string[]
}>

/** Throws where a proof is not valid for the leaf's data under the log's verifier key. */
export function checkProof(
  text: string,
  leafOf: (extra: unknown) => Buffer,
  vkeys: readonly string[],
  witnessKeys: readonly string[] = [],
): Checked {
  const [head, ...rest] = text.split('\n\n')
  const checkpoint = rest.join('\n\n')
  const [version, ...lines] = head!.split('\n')
  if (version !== 'c2sp.org/tlog-proof@v1') throw new Error('Not a tlog-proof.')
  const extraLine = lines[0]!.startsWith('extra ') ? lines.shift()!.slice(6) : null
  const extra = extraLine === null ? null : JSON.parse(Buffer.from(extraLine, 'base64').toString())
  const index = Number(/^index (0|[1-9]\d*)$/.exec(lines.shift() ?? '')![1])
  const path = lines.map(hashOf)
  const { origin, size, root } = openCheckpoint(checkpoint, vkeys)
  const leaf = sha(Buffer.of(0), leafOf(extra))
  if (!rootFromPath(leaf, index, size, path)?.equals(root))
    throw new Error('The path does not lead to the root.')
  return { origin, size, index, extra, witnesses: witnessKeys.filter((key) => isCosigned(checkpoint, key)) }
}

/** The checkpoint's content, if one of the log's keys signed it. */
export function openCheckpoint(note: string, vkeys: readonly string[]) {
  const { body, lines } = splitNote(note)
  const [origin, size, root] = body.split('\n') as [string, string, string]
  if (!/^(0|[1-9]\d*)$/.test(size)) throw new Error('The size is not a number.')
  const signed = vkeys.some((vkey) => {
    const { name, id, type, key } = readKey(vkey)
    const signature = type === 1 && name === origin ? signatureBy(lines, name, id) : undefined
    return signature !== undefined && verify(null, Buffer.from(body), key, signature)
  })
  if (!signed) throw new Error('No key of the log signed it.')
  return { origin, size: Number(size), root: hashOf(root) }
}

/** Whether the witness cosigned: Ed25519 over `cosignature/v1`, the time and the body. */
export function isCosigned(note: string, vkey: string): boolean {
  const { body, lines } = splitNote(note)
  const { name, id, type, key } = readKey(vkey)
  const signature = type === 4 ? signatureBy(lines, name, id) : undefined
  if (signature?.length !== 72) return false
  const message = `cosignature/v1\ntime ${signature.readBigUInt64BE(0)}\n${body}`
  return verify(null, Buffer.from(message), key, signature.subarray(8))
}

function splitNote(note: string) {
  const at = note.lastIndexOf('\n\n')
  return {
    body: note.slice(0, at + 1),
    lines: note
      .slice(at + 2)
      .split('\n')
      .slice(0, -1),
  }
}

function signatureBy(lines: readonly string[], name: string, id: Buffer): Buffer | undefined {
  for (const line of lines) {
    const [dash, by, text] = line.split(' ') as [string, string, string]
    const bytes = Buffer.from(text, 'base64')
    if (dash === '—' && by === name && bytes.subarray(0, 4).equals(id)) return bytes.subarray(4)
  }
}

function readKey(vkey: string) {
  const [name, hex, ...rest] = vkey.split('+') as [string, string, ...string[]]
  const material = Buffer.from(rest.join('+'), 'base64')
  const id = sha(Buffer.from(`${name}\n`), material).subarray(0, 4)
  if (id.toString('hex') !== hex) throw new Error('The key ID is not of this key.')
  const x = material.subarray(1).toString('base64url')
  return {
    name,
    id,
    type: material[0],
    key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
  }
}

function rootFromPath(leaf: Buffer, index: number, size: number, path: readonly Buffer[]): Buffer | null {
  if (index >= size) return null
  let [fn, sn, r] = [index, size - 1, leaf]
  for (const p of path) {
    if (sn === 0) return null
    if (fn % 2 === 1 || fn === sn) {
      r = sha(Buffer.of(1), p, r)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else r = sha(Buffer.of(1), r, p)
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 ? r : null
}

/** RFC 9162, section 2.1.4.2. */
export function isConsistent(given: {
  earlier: number
  size: number
  before: Buffer
  after: Buffer
  path: readonly Buffer[]
}): boolean {
  const { earlier, size, before, after } = given
  if (earlier === size) return given.path.length === 0 && before.equals(after)
  const path = Number.isInteger(Math.log2(earlier)) ? [before, ...given.path] : given.path
  if (path.length === 0) return false
  let [fn, sn] = [earlier - 1, size - 1]
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)]
  let [fr, sr] = [path[0]!, path[0]!]
  for (const c of path.slice(1)) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      fr = sha(Buffer.of(1), c, fr)
      sr = sha(Buffer.of(1), c, sr)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else sr = sha(Buffer.of(1), sr, c)
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 && fr.equals(before) && sr.equals(after)
}

const half = (n: number) => Math.floor(n / 2)

function hashOf(line: string): Buffer {
  const bytes = Buffer.from(line, 'base64')
  if (bytes.length !== 32 || bytes.toString('base64') !== line) throw new Error('Not a hash.')
  return bytes
}

const sha = (...parts: readonly Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
