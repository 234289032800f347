import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { headBody, readHead } from '#server/ledger/heads.ts'
import { merkleRoot } from '#server/ledger/merkle.ts'
import {
  consistencyProof,
  hashesAt,
  leavesOf as hashesOf,
  inclusionProof,
  type ReadTile,
  rootOfHashes,
  rootOfTiles,
  tileWidth,
} from '#server/ledger/tiles.ts'
import { isIncluded } from './inclusion.ts'
import { isConsistent } from './tlog-checker.ts'

const sha = (...parts: readonly Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest()

/** RFC 6962, section 2.1, word by word: split at the largest power of two below the count. */
function byDefinition(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha()
  if (leaves.length === 1) return sha(Buffer.of(0), leaves[0]!)
  const k = 2 ** Math.floor(Math.log2(leaves.length - 1))
  return sha(Buffer.of(1), byDefinition(leaves.slice(0, k)), byDefinition(leaves.slice(k)))
}

const leavesOf = (count: number) =>
  Array.from({ length: count }, (_, n) => createHash('sha256').update(`row ${n}`).digest('hex'))

describe('the Merkle tree', () => {
  test('has the root that the standard defines for every size up to 130', () => {
    for (let size = 0; size <= 130; size++) {
      const leaves = leavesOf(size)
      const expected = byDefinition(leaves.map((leaf) => Buffer.from(leaf, 'hex'))).toString('hex')
      expect(merkleRoot(leaves)).toBe(expected)
    }
  })

  test('agrees with the published root of the single empty leaf', () => {
    // Certificate Transparency's reference: the leaf hash of no bytes.
    expect(merkleRoot([''])).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
  })

  test('proves every row’s inclusion, and no wrong row, index, size or root', async () => {
    for (const size of [1, 2, 3, 5, 7, 8, 13, 64, 65, 100]) {
      const leaves = leavesOf(size)
      const root = merkleRoot(leaves)
      for (let index = 0; index < size; index++) {
        const path = hex(await inclusionProof(index, size, tilesOf(leaves)))
        expect(isIncluded(leaves[index]!, index, size, path, root)).toBe(true)
        expect(isIncluded('00'.repeat(32), index, size, path, root)).toBe(false)
        expect(isIncluded(leaves[index]!, index + 1, size, path, root)).toBe(false)
        expect(isIncluded(leaves[index]!, index, size, path, '00'.repeat(32))).toBe(false)
        expect(isIncluded(leaves[index]!, index, size, [...path, '00'.repeat(32)], root)).toBe(false)
        if (path.length > 0) expect(isIncluded(leaves[index]!, index, size, path.slice(1), root)).toBe(false)
      }
    }
  })
})

describe('the tree in tiles', () => {
  test('has the same root, and proves inclusion and consistency, within and beyond 65,536 rows', async () => {
    const leaves = leavesOf(66_000)
    for (const size of [255, 256, 257, 511, 65_536, 65_537, 66_000]) {
      const some = leaves.slice(0, size)
      const read = tilesOf(some)
      const root = merkleRoot(some)
      expect((await rootOfTiles(size, read)).toString('hex')).toBe(root)
      for (const index of [0, 1, 254, size >> 1, size - 1]) {
        let tiles = 0
        const counted: ReadTile = (tile) => read(tile).finally(() => tiles++)
        const path = await inclusionProof(index, size, counted)
        expect(isIncluded(leaves[index]!, index, size, hex(path), root)).toBe(true)
        // Two for each level: one on the way up from the row, one at the right edge.
        expect(tiles).toBeLessThanOrEqual(2 * 3)
      }
      for (const earlier of [1, 2, 3, 128, 255, size - 1, size]) {
        const before = Buffer.from(merkleRoot(leaves.slice(0, earlier)), 'hex')
        const path = await consistencyProof(earlier, size, read)
        const after = Buffer.from(root, 'hex')
        expect(isConsistent({ earlier, size, before, after, path }), `${earlier} to ${size}`).toBe(true)
        if (earlier === size) continue
        expect(isConsistent({ earlier, size, before: after, after, path })).toBe(false)
        expect(isConsistent({ earlier, size, before, after, path: path.slice(1) })).toBe(false)
      }
    }
  })
})

const hex = (path: readonly Buffer[]) => path.map((hash) => hash.toString('hex'))

/** Tiles of rows in memory. */
function tilesOf(rows: readonly string[]): ReadTile {
  const levels = [hashesOf(rows)]
  while (hashesAt(levels.length, rows.length) > 0) {
    const below = levels.at(-1)!
    const roots = Array.from({ length: hashesAt(levels.length, rows.length) }, (_, n) =>
      rootOfHashes(below.subarray(n * 8192, (n + 1) * 8192)),
    )
    levels.push(Buffer.concat(roots))
  }
  return async ({ level, number, width }) => {
    const from = number * tileWidth * 32
    return levels[level]!.subarray(from, from + width * 32)
  }
}

test('a head can be read back, and nothing else can be read as one', () => {
  const head = {
    origin: 'training.example.org/ledger',
    size: 12,
    root: 'ab'.repeat(32),
    at: '2027-03-31T05:00:00.000Z',
  }
  const note = `${headBody(head)}\n— training.example.org/ledger AAAA\n`
  expect(readHead(note)).toEqual(head)
  for (const broken of [
    '',
    'hello',
    note.replace('\n12\n', '\n-1\n'),
    headBody(head),
    note.replace('time ', ''),
  ])
    expect(readHead(broken)).toBeNull()
})
