import type { App } from '#server/web/routes.ts'
import { rulesPage } from './rules-page.ts'

/** The public rules page. It never changes while the service runs, so it is built once. */
export async function rulesRoutes(app: App): Promise<void> {
  const page = rulesPage()
  app.get('/rules', { config: { policy: 'public' } }, async (_request, reply) =>
    reply.page('training/rules', page),
  )
}
