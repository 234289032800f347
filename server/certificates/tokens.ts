import { randomBytes } from 'node:crypto'

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** 128 random bits as 26 letters and digits, easy to type from paper. */
export function newCertificateToken(): string {
  let bits = BigInt(`0x${randomBytes(16).toString('hex')}`)
  let token = ''
  for (let i = 0; i < 26; i++) {
    token += alphabet[Number(bits & 31n)]
    bits >>= 5n
  }
  return token
}

/** A token as a person types it, with spaces, dashes or capitals; null when it cannot be one. */
export function readToken(typed: string): string | null {
  const token = typed.toLowerCase().replace(/[^a-z0-9]/g, '')
  return /^[a-z2-7]{26}$/.test(token) ? token : null
}

/** 'SH-000012': in the order of issue, without gaps. */
export const certificateNumber = (count: number): string => `SH-${String(count).padStart(6, '0')}`
