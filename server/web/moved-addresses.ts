import { Type } from 'typebox'
import type { App } from './routes.ts'

/** Redirects from old addresses that people may have bookmarked. Printed addresses (`/verify/…`) never change. */
const moved: readonly (readonly [from: string, to: string])[] = [
  ['/certificates/acts', '/certificates/records'],
  ['/certificates/acts/:id', '/certificates/records/:id'],
  ['/certificates/acts/:id/revocation', '/certificates/records/:id/revocation'],
  ['/certificates/acts/:id/correction', '/certificates/records/:id/correction'],
  ['/programs/:id/readings', '/programs/:id/interpretations'],
]

export async function movedAddresses(app: App): Promise<void> {
  const params = Type.Object({ id: Type.Optional(Type.String()) })
  for (const [from, to] of moved)
    app.get(from, { config: { policy: 'public' }, schema: { params, hide: true } }, (request, reply) =>
      reply.redirect(to.replace(':id', encodeURIComponent(request.params.id ?? '')), 308),
    )
}
