import { constants, inflateRawSync } from 'node:zlib'

type PdfContent = 'no-scripts' | 'scripts' | 'attachments' | 'unreadable' | 'too-much'

/**
 * Whether a PDF runs scripts or programs, has a form that may (XFA), or brings other files that may. Its objects may be encoded, several times over, and a name may be written in
 * escapes. What a stream says about its encoding and length can mislead, so each is tried in each encoding to its end.
 */
export default function scriptsIn(bytes: Uint8Array): PdfContent {
  const file = Buffer.from(bytes)
  let left = mostDecoded
  const attached: string[] = []
  const look = (decoded: Buffer, depth: number): PdfContent => {
    const text = textOf(decoded)
    const found = namesIn(text)
    if (found !== 'no-scripts') return found
    if (attaches.test(text)) attached.push(text)
    for (const encoded of depth === 0 ? streamsOf(file) : [decoded])
      for (const decode of [inflated, fromHex, fromAscii85]) {
        const inner = decode(encoded, left)
        if (inner === 'unreadable') return inner
        if (inner.length === 0) continue
        left -= inner.length
        // A file that is this large inside, or encoded this often, is not a certificate of attendance.
        if (left <= 0 || depth === mostLayers) return 'too-much'
        const answer = look(inner, depth + 1)
        if (answer !== 'no-scripts') return answer
      }
    return 'no-scripts'
  }
  const answer = look(file, 0)
  if (answer !== 'no-scripts') return answer
  return attached.length === 0 || isDataAlone(file, attached) ? 'no-scripts' : 'attachments'
}

const mostDecoded = 40_000_000
const mostLayers = 8

/** Not /JS, which scans hold by chance: what runs it says one of these, too. */
const runs = /\/(?:JavaScript|Launch|RichMedia|Rendition)\b|\/XFA(?:\s|%[^\r\n]*[\r\n])*[[\d]/
/** Other files in it, however they are reached. */
const attaches = /\/(?:EmbeddedFiles?|FileAttachment|GoToE|Collection)\b/
/** Encrypted, in an encoding of old scanners, or an object stream whose bytes are differences. */
const hides =
  /\/(?:Encrypt|Crypt|LZWDecode|RunLengthDecode|BrotliDecode)\b|\/Filter[\s[]*(?:\/\w+\s*)*\/(?:LZW|RL)\b|\/ObjStm\b[^>]*<<[^>]*\/Predictor\s+(?!1\b)|\/Predictor\s+(?!1\b)[^>]*>>[^>]*\/ObjStm\b/

const textOf = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replaceAll(/#([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

function namesIn(text: string): PdfContent {
  if (runs.test(text)) return 'scripts'
  return hides.test(text) ? 'unreadable' : 'no-scripts'
}

/**
 * Whether every file in it is JSON, such as the credential in a certificate of this service. What names a file must say in
 * so many words where it is.
 */
function isDataAlone(file: Buffer, texts: readonly string[]): boolean {
  const written = file.toString('latin1')
  return texts.every((text) => {
    const places = [...text.matchAll(/\/EF\s*<<([^<>%]*)>>/g)].map(([, place]) => place!)
    const objects = places.map((place) => [...place.matchAll(/(\d+)\s+(\d+)\s+R\b/g)])
    const isClear =
      places.length === [...text.matchAll(/\/EF\b/g)].length && objects.every((one) => one.length > 0)
    return (
      isClear && objects.flat().every(([, number, generation]) => isJson(written, `${number} ${generation}`))
    )
  })
}

function isJson(written: string, object: string): boolean {
  const kept = [...written.matchAll(new RegExp(`(?<!\\d)${object.replace(' ', '\\s+')}\\s+obj\\b`, 'g'))]
  return (
    kept.length > 0 &&
    kept.every(({ index }) => {
      const [content] = streamsOf(Buffer.from(written.slice(index), 'latin1'))
      if (!content) return false
      const inner = inflated(content, mostDecoded)
      if (inner === 'unreadable') return false
      const end = content.indexOf('endstream')
      return isParsable(inner.length > 0 ? inner : content.subarray(0, Math.max(0, end)))
    })
  )
}

function isParsable(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'))
    return true
  } catch {
    return false
  }
}

/** The file from each stream's first byte on: where one ends is found by decoding it. */
function* streamsOf(file: Buffer) {
  for (let at = file.indexOf('stream'); at >= 0; at = file.indexOf('stream', at + 1)) {
    if (file.toString('latin1', at - 3, at) === 'end') continue
    let from = at + 'stream'.length
    while (isSpace(file[from])) from += 1
    yield file.subarray(from)
  }
}

const isSpace = (byte: number | undefined) =>
  byte === 0 || byte === 9 || byte === 10 || byte === 12 || byte === 13 || byte === 32

const nothing = Buffer.alloc(0)

/** Also without its checksum or its end, as readers of PDFs do. */
function inflated(bytes: Buffer, most: number): Buffer | 'unreadable' {
  if (bytes.length < 3 || (bytes[0]! & 15) !== 8 || bytes.readUInt16BE(0) % 31 !== 0) return nothing
  try {
    return inflateRawSync(bytes.subarray(2), {
      maxOutputLength: most,
      finishFlush: constants.Z_SYNC_FLUSH,
    })
  } catch (error) {
    return (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? Buffer.alloc(most) : 'unreadable'
  }
}

function fromHex(bytes: Buffer): Buffer {
  const digits = leading(bytes, (byte) => hexDigits.includes(byte))
  return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex')
}

const hexDigits = Buffer.from('0123456789abcdefABCDEF')

/** Five characters for four bytes, z for four zeros. */
function fromAscii85(bytes: Buffer): Buffer {
  const text = leading(bytes, (byte) => (byte >= 0x21 && byte <= 0x75) || byte === 0x7a)
  const digits = text.replace(/^<~/, '').replaceAll('z', '!!!!!')
  const whole = digits.padEnd(Math.ceil(digits.length / 5) * 5, 'u')
  const decoded = Buffer.alloc((whole.length / 5) * 4)
  for (let at = 0; at < whole.length; at += 5) {
    let word = 0
    for (let n = at; n < at + 5; n += 1) word = word * 85 + whole.charCodeAt(n) - 0x21
    decoded.writeUInt32BE(word % 2 ** 32, (at / 5) * 4)
  }
  return decoded.subarray(0, decoded.length - (whole.length - digits.length))
}

/** The first bytes that a rule allows, without space between them. */
function leading(bytes: Buffer, isAllowed: (byte: number) => boolean): string {
  let from = 0
  while (isSpace(bytes[from])) from += 1
  if (from === bytes.length || !isAllowed(bytes[from]!)) return ''
  const kept = Buffer.allocUnsafe(bytes.length - from)
  let length = 0
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at]!
    if (isSpace(byte)) continue
    if (!isAllowed(byte)) break
    kept[length] = byte
    length += 1
  }
  return kept.toString('latin1', 0, length)
}
