import { createHash } from 'node:crypto'

/** How a sample is drawn, described so that anyone can draw it again. */
export const samplingWords =
  'For each person in the period, we calculate SHA-256 of the seed, a line feed and the person’s id in this system (UTF-8). People are sorted by that hash, and the first ones are the sample. All ids are in the packet’s file population.csv.'

/** The first `size` people in the order of their hashes, or everyone if no size is given. The seed makes it repeatable. */
export function drawSample(
  personIds: readonly string[],
  size: number | null,
  seed: string,
): readonly string[] {
  if (size === null || size >= personIds.length) return [...personIds]
  const ranked = personIds.map((id) => ({ id, rank: rankOf(id, seed) }))
  return ranked
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, size)
    .map(({ id }) => id)
}

/** The hash that a person is sorted by, in hexadecimal. */
export const rankOf = (id: string, seed: string) =>
  createHash('sha256').update(`${seed}\n${id}`).digest('hex')
