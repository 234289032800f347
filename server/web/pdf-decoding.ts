import { constants, inflateRawSync } from 'node:zlib'

/** A PDF's bytes as text, with the escapes of names undone. */
export const textOf = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replaceAll(/#([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

/** The file from each stream's first byte on: where one ends is found by decoding it. */
export function* streamsOf(file: Buffer) {
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
export function inflated(bytes: Buffer, most: number): Buffer | 'unreadable' {
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

export function fromHex(bytes: Buffer): Buffer {
  const digits = leading(bytes, (byte) => hexDigits.includes(byte))
  return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex')
}

const hexDigits = Buffer.from('0123456789abcdefABCDEF')

/** Five characters for four bytes, z for four zeros. */
export function fromAscii85(bytes: Buffer): Buffer {
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
