import { createHash } from 'node:crypto'

/**
 * The RFC 6962 Merkle tree over the ledger's rows. Its root covers all rows, and a few hashes prove that a row is
 * included (see `tiles.ts`). A leaf is a row's hash.
 */

/** Every level of the tree, leaves first. A last node without a neighbor moves up unchanged. */
type MerkleTree = readonly (readonly Buffer[])[]

export function merkleTree(leaves: readonly string[]): MerkleTree {
  let level: readonly Buffer[] = leaves.map((leaf) => leafHash(leaf))
  const levels: (readonly Buffer[])[] = [level]
  while (level.length > 1) {
    const above: Buffer[] = []
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i]!, level[i + 1]]
      above.push(right ? nodeHash(left, right) : left)
    }
    levels.push(above)
    level = above
  }
  return levels
}

export const merkleRoot = (tree: MerkleTree): string =>
  (tree.at(-1)?.[0] ?? createHash('sha256').digest()).toString('hex')

/** True if the path leads from the leaf at this index, in a tree of this size, to the root. */
export function isIncluded(
  leaf: string,
  index: number,
  size: number,
  path: readonly string[],
  root: string,
): boolean {
  if (index < 0 || index >= size) return false
  let [at, last, hash] = [index, size - 1, leafHash(leaf)]
  for (const step of path) {
    if (last === 0) return false
    const neighbour = Buffer.from(step, 'hex')
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(neighbour, hash)
      while (at % 2 === 0 && at !== 0) [at, last] = [at >> 1, last >> 1]
    } else hash = nodeHash(hash, neighbour)
    ;[at, last] = [at >> 1, last >> 1]
  }
  return last === 0 && hash.toString('hex') === root
}

export const leafHash = (hex: string) =>
  createHash('sha256').update(Buffer.of(0)).update(Buffer.from(hex, 'hex')).digest()

export const nodeHash = (left: Buffer, right: Buffer) =>
  createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest()
