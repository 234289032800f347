import type { Tile } from './tiles.ts'

/** The text and binary formats of C2SP's transparency logs: proofs, paths of tiles and bundles of entries. */

/** A tlog-proof: a row's index, the path to the root and the signed head. `extra` is for the reader alone and not proven. */
export function proofText(
  proof: Readonly<{ index: number; path: readonly Buffer[]; note: string; extra: object }>,
): string {
  return [
    'c2sp.org/tlog-proof@v1',
    `extra ${Buffer.from(JSON.stringify(proof.extra)).toString('base64')}`,
    `index ${proof.index}`,
    ...proof.path.map((hash) => hash.toString('base64')),
    '',
    proof.note,
  ].join('\n')
}

/** A tile's number as in its path: `x001/x234/067`, with `.p/112` behind it if the tile is partial. */
export function readTilePath(path: string): Readonly<{ number: number; width: number }> | null {
  const found = /^((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path)
  if (!found) return null
  const number = Number(found[1]!.replaceAll(/[x/]/g, ''))
  const width = found[2] === undefined ? 256 : Number(found[2])
  return !found[1]!.startsWith('x000') && (found[2] === undefined || width < 256) ? { number, width } : null
}

/** The row hashes of a level 0 tile, each with its length in two bytes. A row's text is never published. */
export const entryBundle = (rowHashes: readonly string[]): Buffer =>
  Buffer.concat(rowHashes.flatMap((hash) => [Buffer.of(0, 32), Buffer.from(hash, 'hex')]))

/** Whether a tree of this size has the tile. A full tile may also be asked for by a part of it. */
export const isWithin = ({ level, number, width }: Tile, size: number): boolean =>
  number * 256 + width <= Math.floor(size / 256 ** level)
