import { createHash } from 'node:crypto'

/**
 * The RFC 6962 Merkle tree over the ledger's rows. Its root covers all rows, and a few hashes prove that a row is
 * included (see `tiles.ts`). A leaf is a row's hash.
 */

/** The root over the leaves. */
export function merkleRoot(leaves: readonly string[]): string {
  const tree = new GrowingTree()
  for (const leaf of leaves) tree.add(leaf)
  return tree.root()
}

/** The root of a tree whose leaves come one after the other. It keeps one hash for each power of two in its size. */
export class GrowingTree {
  readonly #peaks: { leaves: number; hash: Buffer }[] = []

  add(leaf: string): void {
    let peak = { leaves: 1, hash: leafHash(leaf) }
    while (this.#peaks.at(-1)?.leaves === peak.leaves) {
      const left = this.#peaks.pop()!
      peak = { leaves: 2 * peak.leaves, hash: nodeHash(left.hash, peak.hash) }
    }
    this.#peaks.push(peak)
  }

  root(): string {
    const hashes = this.#peaks.map(({ hash }) => hash)
    const root = hashes.length > 0 ? hashes.reduceRight((right, left) => nodeHash(left, right)) : sha256('')
    return root.toString('hex')
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest()

export const leafHash = (hex: string) =>
  createHash('sha256').update(Buffer.of(0)).update(Buffer.from(hex, 'hex')).digest()

export const nodeHash = (left: Buffer, right: Buffer) =>
  createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest()
