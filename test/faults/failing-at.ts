import type { KyselyPlugin } from 'kysely'

/** Lets the n-th statement fail before it is sent, and all others pass. */
export function failingAt(n: number): Readonly<{ plugin: KyselyPlugin; wasHit: () => boolean }> {
  let count = 0
  return {
    wasHit: () => count >= n,
    plugin: {
      transformQuery: ({ node }) => {
        count += 1
        if (count === n) throw new Error(`Statement ${n} fails`)
        return node
      },
      transformResult: async ({ result }) => result,
    },
  }
}
