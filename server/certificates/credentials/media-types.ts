import type { FastifyRequest } from 'fastify'

export const json = ['application/json', 'application/ld+json']
/** A credential's own type first, which some software can't parse. */
export const credentialTypes = ['application/vc', ...json]

/** The media type that the client prefers among ours, or else our own. The content is the same in each. */
export function typeFor({ headers }: FastifyRequest, types: readonly string[]): string {
  const asked = (headers.accept ?? '').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const quality = parameters.find((parameter) => parameter.startsWith('q='))
    return { type, quality: quality ? Number(quality.slice(2)) || 0 : 1 }
  })
  const [best] = asked
    .filter(({ type, quality }) => quality > 0 && types.includes(type))
    .sort((a, b) => b.quality - a.quality)
  return best?.type ?? types[0]!
}
