import { createHash } from 'node:crypto'

/** How a sample is drawn, in words that let anybody draw it again. */
export const samplingWords =
  'For each person in the period, SHA-256 is taken over the seed, a line feed and the person’s id in this system (UTF-8). People are put in order of that hash, and the first ones are the sample. The ids of everybody are in the packet’s file population.csv.'

/** The first `size` people in the order of their hashes; everybody where no size is given. The seed makes it repeatable. */
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

/** What a person is ordered by: hexadecimal. */
export const rankOf = (id: string, seed: string) =>
  createHash('sha256').update(`${seed}\n${id}`).digest('hex')
