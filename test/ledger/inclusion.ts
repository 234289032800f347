import { leafHash, nodeHash } from '#server/ledger/merkle.ts'

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
