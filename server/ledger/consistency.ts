import { nodeHash } from './merkle.ts'

type Consistency = Readonly<{
  earlier: number
  size: number
  before: Buffer
  after: Buffer
  path: readonly Buffer[]
}>

/** True if the path shows that the later tree begins with the earlier one (RFC 9162, section 2.1.4.2). */
export function isConsistent({ earlier, size, before, after, path }: Consistency): boolean {
  if (earlier === size) return path.length === 0 && before.equals(after)
  const isPowerOfTwo = Number.isInteger(Math.log2(earlier))
  const [start, ...rest] = isPowerOfTwo ? [before, ...path] : path
  if (!start || earlier < 1 || earlier > size) return false
  let [at, last] = [earlier - 1, size - 1]
  while (at % 2 === 1) [at, last] = [at >> 1, last >> 1]
  let [early, late] = [start, start]
  for (const hash of rest) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      early = nodeHash(hash, early)
      late = nodeHash(hash, late)
      while (at % 2 === 0 && at !== 0) [at, last] = [at >> 1, last >> 1]
    } else late = nodeHash(late, hash)
    ;[at, last] = [at >> 1, last >> 1]
  }
  return last === 0 && early.equals(before) && late.equals(after)
}
