import type { App } from '#server/web/routes.ts'
import { rulesPage } from './rules-page.ts'

/** The public rules page. It never changes while the service runs, so it is built once, when first asked for. */
export async function rulesRoutes(app: App): Promise<void> {
  let page: ReturnType<typeof rulesPage> | undefined
  app.get('/rules', { config: { policy: 'public' } }, async (_request, reply) => {
    page ??= rulesPage()
    return reply.page('training/rules', page)
  })
}
