import { createHash, randomInt } from 'node:crypto'

// Without letters and digits that look alike.
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A one-time code to write down and type in, of 79 random bits: "k3mf-h9xq-rtab-4cde". */
export function newPaperCode(): string {
  const letters = Array.from({ length: 16 }, () => alphabet[randomInt(alphabet.length)]).join('')
  return letters.match(/.{4}/g)!.join('-')
}

export const paperCodeHash = (personId: string, code: string): string =>
  createHash('sha256')
    .update(`paper:${personId}:${code.toLowerCase().replace(/[^a-z0-9]/g, '')}`)
    .digest('hex')
