import { PNG } from 'pngjs'

export type Logo = Readonly<{ png: Buffer; width: number; height: number }>

type LogoAnswer = { kind: 'logo'; logo: Logo } | { kind: 'refused'; message: string }

const mostLogoBytes = 300 * 1024
const [mostWidth, mostHeight, leastHeight] = [1200, 600, 24]
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/**
 * Reads an uploaded logo and writes it again from its pixels alone: what else was in the file is gone. Its size is
 * read before anything is unpacked, so that a small file can't grow into a large one.
 */
export function readLogo(bytes: Buffer): LogoAnswer {
  const refused = (message: string): LogoAnswer => ({ kind: 'refused', message })
  if (bytes.length > mostLogoBytes) return refused('This file is larger than 300 KB. Save the logo smaller.')
  if (/<svg|<\?xml/i.test(bytes.subarray(0, 1000).toString('latin1')))
    return refused('An SVG file can hold scripts, so we don’t take one. Save the logo as a PNG.')
  if (!bytes.subarray(0, 8).equals(signature) || bytes.length < 33) return refused('Choose a PNG file.')
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  if (width > mostWidth || height > mostHeight || height < leastHeight || width === 0)
    return refused(
      `This picture is ${width} by ${height} pixels. Use at most ${mostWidth} by ${mostHeight}, and at least ${leastHeight} high.`,
    )
  if (bytes[28] === 1) return refused('Save the PNG without interlacing.')
  try {
    const { data } = PNG.sync.read(bytes)
    const clean = new PNG({ width, height })
    data.copy(clean.data)
    return { kind: 'logo', logo: { png: PNG.sync.write(clean), width, height } }
  } catch {
    return refused('This PNG can’t be read. Save it again and send that.')
  }
}
