/** Width and height by a picture's own header. Null if it has none. */
export function pictureSize(bytes: Buffer): Readonly<{ width: number; height: number }> | null {
  if (isPng(bytes) && bytes.length > 24)
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  // Every start of frame, but the three markers between them that are none.
  for (const { marker, start } of segmentsOf(bytes))
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker) && start + 7 <= bytes.length)
      return { height: bytes.readUInt16BE(start + 3), width: bytes.readUInt16BE(start + 5) }
  return null
}

/** A picture of more than this many pixels would take gigabytes to show. */
export const mostPixels = 60_000_000

/**
 * The picture without what a phone adds: where and when it was taken, by which device, a preview, and a second picture
 * after its end. The pixels stay as they are.
 */
export function withoutPlace(bytes: Buffer): Buffer {
  if (isPng(bytes)) return Buffer.concat([bytes.subarray(0, 8), ...keptChunks(bytes)])
  const kept: Buffer[] = []
  let from = 0
  for (const { marker, at, end } of segmentsOf(bytes)) {
    if (marker === endOfImage) return Buffer.concat([...kept, bytes.subarray(from, end)])
    const isAdded = (marker >= 0xe1 && marker <= 0xef && marker !== 0xee) || marker === 0xfe
    if (!isAdded) continue
    kept.push(bytes.subarray(from, at))
    from = end
  }
  return from === 0 ? bytes : Buffer.concat([...kept, bytes.subarray(from)])
}

const isPng = (bytes: Buffer) => bytes.subarray(1, 4).toString('latin1') === 'PNG'

/** Up to the end of a PNG, the chunks that say what it looks like. All others are text, times, places or previews. */
function* keptChunks(bytes: Buffer) {
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at)
    if (end > bytes.length) return
    const type = bytes.toString('latin1', at + 4, at + 8)
    if (shownChunks.has(type)) yield bytes.subarray(at, end)
    if (type === 'IEND') return
    at = end
  }
}

const shownChunks = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'sBIT', 'pHYs'])

const endOfImage = 0xd9

/** The segments of a JPEG up to its end, also those between its scans. */
function* segmentsOf(bytes: Buffer) {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return
  for (let at = nextMarker(bytes, 2); at >= 0; ) {
    const marker = bytes[at + 1]!
    if (marker === endOfImage) {
      yield { marker, at, start: at + 2, end: at + 2 }
      return
    }
    if (at + 4 > bytes.length) return
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    yield { marker, at, start: at + 2, end }
    at = nextMarker(bytes, end)
  }
}

/** Past picture data, in which FF 00 is a byte and FF D0 to FF D7 are places to resume, and past fill bytes. */
function nextMarker(bytes: Buffer, from: number): number {
  for (
    let at = bytes.indexOf(0xff, from);
    at >= 0 && at + 1 < bytes.length;
    at = bytes.indexOf(0xff, at + 1)
  ) {
    const marker = bytes[at + 1]!
    if (marker > 1 && marker !== 0xff && !(marker >= 0xd0 && marker <= 0xd8)) return at
  }
  return -1
}
