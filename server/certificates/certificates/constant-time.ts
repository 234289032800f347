import { setTimeout } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'

/** Longer than any of the look-ups takes. */
export const evenMilliseconds = 120

/**
 * Waits until a set time after the request came. Whoever asks by a code that is unknown, malformed or withheld is
 * answered then: how long the look-up took would tell one from another.
 */
export async function evenTime({ elapsedTime }: Pick<FastifyReply, 'elapsedTime'>): Promise<void> {
  await setTimeout(Math.max(0, evenMilliseconds - elapsedTime))
}
