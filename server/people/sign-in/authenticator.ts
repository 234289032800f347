import { createHash, randomInt } from 'node:crypto'
import { generateSecret, generateURI, verify } from 'otplib'
import { hashCode } from '#server/people/passwords.ts'

export const newSecret = (): string => generateSecret()

/** What an authenticator app reads from the QR code. */
export const authenticatorAddress = (secret: string, label: string, issuer: string): string =>
  generateURI({ issuer, label, secret })

/** The time step of a right code, one step early or late included; null where it is wrong or was used before. */
export async function stepOfCode(
  secret: string,
  lastStep: number,
  code: string,
  now: Date,
): Promise<number | null> {
  const token = code.replace(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return null
  const epoch = Math.floor(now.getTime() / 1000)
  const result = await verify({ secret, token, epoch, epochTolerance: 30, afterTimeStep: lastStep })
  return result.valid && 'timeStep' in result ? result.timeStep : null
}

// Without letters and digits that look alike.
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** Ten codes, each good once, of 49 random bits: "k3mfh-9xqrt". */
export const newRecoveryCodes = (): readonly string[] =>
  Array.from({ length: 10 }, () => {
    const letters = Array.from({ length: 10 }, () => alphabet[randomInt(alphabet.length)]).join('')
    return `${letters.slice(0, 5)}-${letters.slice(5)}`
  })

export const recoveryCodeHash = (personId: string, code: string): Promise<string> =>
  hashCode(`recovery:${personId}`, lettersOf(code))

/** What codes made before December 2026 are stored as. They count until they are used or replaced. */
export const earlierRecoveryCodeHash = (personId: string, code: string): string =>
  createHash('sha256')
    .update(`recovery:${personId}:${lettersOf(code)}`)
    .digest('hex')

const lettersOf = (code: string) => code.toLowerCase().replace(/[^a-z0-9]/g, '')
