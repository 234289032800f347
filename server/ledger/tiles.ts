import { leafHash, nodeHash } from './merkle.ts'

/**
 * The tree as tiles (C2SP tlog-tiles): 256 hashes in a row each. A full tile never changes. At level 0 the hashes are leaves,
 * above it each one is the root of a full tile below.
 */
export const tileWidth = 256
const hashBytes = 32

/** Where a tile is. `width` is the number of its hashes. */
export type Tile = Readonly<{ level: number; number: number; width: number }>

/** Reads the hashes of a tile, one after the other. */
export type ReadTile = (tile: Tile) => Promise<Buffer>

/** How many hashes of a level a tree of this size has: only full tiles below count. */
export const hashesAt = (level: number, size: number): number => Math.floor(size / tileWidth ** level)

/** The tile of a tree of this size, or null if it has none there. */
function tileOf(level: number, number: number, size: number): Tile | null {
  const width = Math.min(tileWidth, hashesAt(level, size) - number * tileWidth)
  return width > 0 ? { level, number, width } : null
}

/** The Merkle root over a power of two of hashes. */
export function rootOfHashes(hashes: Buffer): Buffer {
  if (hashes.length === hashBytes) return hashes
  const half = hashes.length / 2
  return nodeHash(rootOfHashes(hashes.subarray(0, half)), rootOfHashes(hashes.subarray(half)))
}

/** The level 0 hashes of ledger rows. */
export const leavesOf = (rowHashes: readonly string[]): Buffer => Buffer.concat(rowHashes.map(leafHash))

/** RFC 6962, section 2.1.1: the neighbors from a leaf up to the root. */
export async function inclusionProof(
  index: number,
  size: number,
  read: ReadTile,
): Promise<readonly Buffer[]> {
  const tree = new TiledTree(size, read)
  const path: Buffer[] = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from)
    if (index < middle) {
      path.unshift(await tree.hashOf(middle, to))
      to = middle
    } else {
      path.unshift(await tree.hashOf(from, middle))
      from = middle
    }
  }
  return path
}

/** RFC 6962, section 2.1.2: what shows that a tree only added leaves to an earlier one. */
export async function consistencyProof(
  earlier: number,
  size: number,
  read: ReadTile,
): Promise<readonly Buffer[]> {
  if (earlier === 0 || earlier === size) return []
  const tree = new TiledTree(size, read)
  const path: Buffer[] = []
  let [from, to, isWhole] = [0, size, true]
  while (earlier !== to) {
    const middle = from + largestPowerBelow(to - from)
    if (earlier <= middle) {
      path.unshift(await tree.hashOf(middle, to))
      to = middle
    } else {
      path.unshift(await tree.hashOf(from, middle))
      from = middle
      isWhole = false
    }
  }
  return isWhole ? path : [await tree.hashOf(from, to), ...path]
}

/** The root of the tree at this size. */
export const rootOfTiles = (size: number, read: ReadTile): Promise<Buffer> =>
  new TiledTree(size, read).hashOf(0, size)

/** Hashes of ranges of leaves, from tiles that are read once. */
class TiledTree {
  readonly #size: number
  readonly #read: ReadTile
  readonly #tiles = new Map<string, Promise<Buffer>>()

  constructor(size: number, read: ReadTile) {
    this.#size = size
    this.#read = read
  }

  async hashOf(from: number, to: number): Promise<Buffer> {
    const count = to - from
    const height = Math.log2(count)
    if (Number.isInteger(height)) return this.#nodeOf(height, from / count)
    const middle = from + largestPowerBelow(count)
    return nodeHash(await this.hashOf(from, middle), await this.hashOf(middle, to))
  }

  /** A node over 2 to the power of `height` leaves is the root of that many hashes within one tile. */
  async #nodeOf(height: number, index: number): Promise<Buffer> {
    const level = Math.floor(height / 8)
    const count = 2 ** (height % 8)
    const first = index * count
    const number = Math.floor(first / tileWidth)
    const hashes = await this.#tile(level, number)
    const at = (first % tileWidth) * hashBytes
    return rootOfHashes(hashes.subarray(at, at + count * hashBytes))
  }

  #tile(level: number, number: number): Promise<Buffer> {
    const name = `${level}/${number}`
    const tile = tileOf(level, number, this.#size)
    if (!tile) throw new RangeError(`A tree of ${this.#size} leaves has no tile ${name}.`)
    const known = this.#tiles.get(name) ?? this.#read(tile)
    this.#tiles.set(name, known)
    return known
  }
}

const largestPowerBelow = (count: number) => 2 ** (Math.ceil(Math.log2(count)) - 1)
