import { inflateSync } from 'node:zlib'

/** Whether a PDF runs scripts or programs. Its objects may be compressed, and a name may be written in escapes. */
export default function hasScripts(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes)
  if (namesScript(file)) return true
  let left = mostInflated
  for (let start = file.indexOf('stream'); start >= 0 && left > 0; ) {
    const end = file.indexOf('endstream', start)
    if (end < 0) break
    const from = start + 'stream'.length + (file[start + 'stream'.length] === 0x0d ? 2 : 1)
    const object = inflated(file.subarray(from, end), left)
    left -= object.length
    if (namesScript(object)) return true
    start = file.indexOf('stream', end + 'endstream'.length)
  }
  // A file that is this large inside is not a certificate of attendance.
  return left <= 0
}

const mostInflated = 40_000_000

const namesScript = (bytes: Buffer): boolean =>
  /\/(?:JavaScript|JS|Launch|RichMedia)\b/.test(
    bytes
      .toString('latin1')
      .replaceAll(/#([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
  )

function inflated(bytes: Buffer, most: number): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: most })
  } catch (error) {
    return (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? Buffer.alloc(most) : Buffer.alloc(0)
  }
}
