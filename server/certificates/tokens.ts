import { randomBytes } from 'node:crypto'

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** 128 random bits as 26 letters and digits, easy to type from a printout. */
export function newCertificateToken(): string {
  let bits = BigInt(`0x${randomBytes(16).toString('hex')}`)
  let token = ''
  for (let i = 0; i < 26; i++) {
    token += alphabet[Number(bits & 31n)]
    bits >>= 5n
  }
  return token
}

/** Reads a token typed with spaces, dashes or capitals. Null if it can't be one. */
export function readToken(typed: string): string | null {
  const token = typed.toLowerCase().replace(/[^a-z0-9]/g, '')
  return /^[a-z2-7]{26}$/.test(token) ? token : null
}
