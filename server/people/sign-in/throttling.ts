import { waitInWords } from '#server/web/words.ts'

/** So many attempts at once, then one more each time the pause has passed. */
type Limit = Readonly<{ burst: number; secondsEach: number }>

/**
 * Sign-ins, and what else someone could guess. Who has signed in before, from this device or this address, has a limit of their own, so that an attack on their
 * account or from their office doesn't lock them out. Everyone else shares the account's limit and the address's.
 */
export const limits = {
  account: { burst: 10, secondsEach: 90 },
  device: { burst: 10, secondsEach: 60 },
  place: { burst: 10, secondsEach: 60 },
  address: { burst: 15, secondsEach: 3 },
  confirmation: { burst: 5, secondsEach: 60 },
  /** Passwords typed again, from one address for any account. */
  confirmations: { burst: 30, secondsEach: 20 },
  /** Names typed for one certificate from one address, and from it for any. */
  name: { burst: 5, secondsEach: 720 },
  names: { burst: 60, secondsEach: 60 },
  code: { burst: 5, secondsEach: 300 },
  /** Codes of group sessions, by person. */
  join: { burst: 60, secondsEach: 10 },
} as const satisfies Record<string, Limit>

export type Limited = keyof typeof limits

/** Seconds until the next attempt counts, where `level` attempts are on record. */
export const secondsToWait = (level: number, { burst, secondsEach }: Limit): number =>
  Math.max(1, Math.ceil((level + 1 - burst) * secondsEach))

export const tooManyAttempts = (seconds: number): string =>
  `Too many sign-in attempts. Try again in ${waitInWords(seconds)}.`
