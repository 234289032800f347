import { setTimeout } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'

/** Longer than any lookup takes. */
export const evenMilliseconds = 120

/**
 * Waits until a fixed time after the request arrived. Unknown, malformed and withheld codes are answered at that
 * moment; otherwise the lookup time would give away which of the three it was.
 */
export async function evenTime({ elapsedTime }: Pick<FastifyReply, 'elapsedTime'>): Promise<void> {
  await setTimeout(Math.max(0, evenMilliseconds - elapsedTime))
}
