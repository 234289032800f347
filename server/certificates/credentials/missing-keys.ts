import type { Keys } from './keys.ts'

/** The keys that signed what the database holds and that are not in the key file, but for those known to be lost. */
export function missingKeys(
  signers: readonly string[],
  keys: Keys | null,
  lost: readonly string[],
): readonly string[] {
  const known = new Set([...(keys?.keys ?? []).map(({ id }) => id), ...lost])
  return signers.filter((id) => !known.has(id))
}
