import { createHash } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import type { ZxcvbnFactory } from '@zxcvbn-ts/core'
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

/**
 * The hash of a short code, as slow as a password's. `owner` is the salt, so that a code can be looked up by its hash: what it
 * is for, and the random id of whose it is.
 */
export const hashCode = (owner: string, code: string): Promise<string> => {
  const salt = createHash('sha256').update(owner).digest().subarray(0, 16)
  return queued(() => hash(code, { ...cost, salt }))
}

// A hash of nothing anybody knows: an unknown email costs the same time as a wrong password.
const decoy = hash(crypto.randomUUID(), cost)

let computed = 0

/** How many passwords this process has compared: what guesses cost. */
export const hashesComputed = (): number => computed

/** True when the password is right. Takes the same time where there is no account or no password yet. */
export async function checkPassword(
  passwordHash: string | null | undefined,
  password: string,
): Promise<boolean> {
  const against = passwordHash ?? (await decoy)
  computed++
  const right = await queued(() => verify(against, password.normalize('NFC')))
  return right && Boolean(passwordHash)
}

/** The password of every invented account. It's printed in public, so no real account may use it. */
export const demoPassword = 'lantern-harbor-demo'

let estimator: Promise<ZxcvbnFactory> | undefined

/** Its dictionaries take 50 MB and a quarter of a second, and few people set a password on a given day. */
async function loadEstimator(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ])
  return new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    useLevenshteinDistance: false,
    maxLength: 256,
  })
}

/** What is wrong with a new password, in words; null when it will do. Length and guessability are the only rules. */
export async function passwordProblem(password: string, known: readonly string[]): Promise<string | null> {
  const length = [...password.normalize('NFC')].length
  if (length < 15)
    return `Use 15 characters or more. This one has ${length}. A few unrelated words work well.`
  if (length > 256) return 'Use at most 256 characters.'
  if (password.normalize('NFC').trim().toLowerCase() === demoPassword)
    return 'This is the password of the demonstration, which everyone can read. Use another one.'
  const words = ['safe harbor', 'safeharbor', 'no wrong door', 'minnesota', 'training', 'lantern', ...known]
    .flatMap((word) => [word, word.replaceAll(/[^\p{L}\p{N}]/gu, ''), ...word.split(/[^\p{L}\p{N}]+/u)])
    .filter((word) => word.length > 2)
  estimator ??= loadEstimator()
  if ((await estimator).check(password, words).guessesLog10 < 10 || lettersBeside(words, password) < 8)
    return 'This password is too easy to guess. Use a few unrelated words, without names or places from your work.'
  return null
}

/** How many letters and digits a password has besides these words: "North Star House 2026" has 4. */
function lettersBeside(words: readonly string[], password: string): number {
  const squash = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
  const longestFirst = words.map(squash).sort((a, b) => b.length - a.length)
  return longestFirst.reduce((left, word) => (word ? left.replaceAll(word, '') : left), squash(password))
    .length
}
