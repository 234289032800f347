import { hash, verify } from '@node-rs/argon2'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import * as common from '@zxcvbn-ts/language-common'
import * as english from '@zxcvbn-ts/language-en'
import pLimit from 'p-limit'
import { Busy } from '#server/web/errors.ts'

// argon2id at OWASP's floor; the library's default variant is argon2id (its enum cannot be used under type stripping).
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

// Two at once leave the rest of the site its processor; a longer queue would only make everybody wait.
const queue = pLimit(2)
const mostWaiting = 50

function queued<T>(work: () => Promise<T>): Promise<T> {
  if (queue.pendingCount >= mostWaiting) throw new Busy()
  return queue(work)
}

export const hashPassword = (password: string): Promise<string> =>
  queued(() => hash(password.normalize('NFC'), cost))

// A hash of nothing anybody knows: an unknown email costs the same time as a wrong password.
const decoy = hash(crypto.randomUUID(), cost)

/** True when the password is right. Takes the same time where there is no account or no password yet. */
export async function checkPassword(
  passwordHash: string | null | undefined,
  password: string,
): Promise<boolean> {
  const against = passwordHash ?? (await decoy)
  const right = await queued(() => verify(against, password.normalize('NFC')))
  return right && Boolean(passwordHash)
}

/** The password of every invented account. It's printed in public, so no real account may use it. */
export const demoPassword = 'lantern-harbor-demo'

const estimator = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...english.dictionary },
  graphs: common.adjacencyGraphs,
  useLevenshteinDistance: false,
  maxLength: 256,
})

/** What is wrong with a new password, in words; null when it will do. Length and guessability are the only rules. */
export function passwordProblem(password: string, known: readonly string[]): string | null {
  const length = [...password.normalize('NFC')].length
  if (length < 15)
    return `Use 15 characters or more; this one has ${length}. A few unrelated words work well.`
  if (length > 256) return 'Use at most 256 characters.'
  if (password.normalize('NFC').trim().toLowerCase() === demoPassword)
    return 'This is the password of the demonstration, which everyone can read. Use another one.'
  const words = ['safe harbor', 'safeharbor', 'no wrong door', 'minnesota', 'training', 'lantern', ...known]
  if (estimator.check(password, words).guessesLog10 < 10)
    return 'This password is one that others try early. Use a few unrelated words that are yours alone.'
  return null
}
