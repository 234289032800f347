import { createHash, randomInt } from 'node:crypto'
import { hashCode } from '#server/people/passwords.ts'

// Without letters and digits that look alike.
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A one-time code to write down and type in, of 79 random bits: "k3mf-h9xq-rtab-4cde". */
export function newPaperCode(): string {
  const letters = Array.from({ length: 16 }, () => alphabet[randomInt(alphabet.length)]).join('')
  return letters.match(/.{4}/g)!.join('-')
}

export const paperCodeHash = (personId: string, code: string): Promise<string> =>
  hashCode(`paper:${personId}`, lettersOf(code))

/** What codes made before December 2026 are stored as. They count until they end, a day or two later. */
export const earlierPaperCodeHash = (personId: string, code: string): string =>
  createHash('sha256')
    .update(`paper:${personId}:${lettersOf(code)}`)
    .digest('hex')

const lettersOf = (code: string) => code.toLowerCase().replace(/[^a-z0-9]/g, '')
