import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { headBody, readHead } from '#server/ledger/heads.ts'
import { inclusionProof, isIncluded, merkleRoot, merkleTree } from '#server/ledger/merkle.ts'

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
      expect(merkleRoot(merkleTree(leaves))).toBe(expected)
    }
  })

  test('agrees with the published root of the single empty leaf', () => {
    // Certificate Transparency's reference: the leaf hash of no bytes.
    expect(merkleRoot(merkleTree(['']))).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    )
  })

  test('proves every row’s inclusion, and no wrong row, index, size or root', () => {
    for (const size of [1, 2, 3, 5, 7, 8, 13, 64, 65, 100]) {
      const leaves = leavesOf(size)
      const tree = merkleTree(leaves)
      const root = merkleRoot(tree)
      for (let index = 0; index < size; index++) {
        const path = inclusionProof(tree, index)
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
