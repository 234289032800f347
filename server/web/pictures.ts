/** Width and height by a picture's own header. Null if it has none. */
export function pictureSize(bytes: Buffer): Readonly<{ width: number; height: number }> | null {
  if (bytes.subarray(1, 4).toString('latin1') === 'PNG' && bytes.length > 24)
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  // Every start of frame, but the three markers between them that are none.
  for (const { marker, start } of segmentsOf(bytes))
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker) && start + 7 <= bytes.length)
      return { height: bytes.readUInt16BE(start + 3), width: bytes.readUInt16BE(start + 5) }
  return null
}

/** A picture of more than this many pixels would take gigabytes to show. */
export const mostPixels = 60_000_000

/** The picture without what a phone adds: where and when it was taken, by which device, and a preview. */
export function withoutPlace(bytes: Buffer): Buffer {
  const kept: Buffer[] = []
  let from = 0
  for (const { marker, at, end } of segmentsOf(bytes)) {
    const isAdded = (marker >= 0xe1 && marker <= 0xef && marker !== 0xee) || marker === 0xfe
    if (!isAdded) continue
    kept.push(bytes.subarray(from, at))
    from = end
  }
  return from === 0 ? bytes : Buffer.concat([...kept, bytes.subarray(from)])
}

/** The segments of a JPEG up to its picture data. */
function* segmentsOf(bytes: Buffer) {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1]!
    if (marker === 0xda) return
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    yield { marker, at, start: at + 2, end }
    at = end
  }
}
