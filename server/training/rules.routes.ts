import type { App } from '#server/web/routes.ts'
import { rulesPage } from './rules-page.ts'

/** The rules for anybody to read; they depend on nothing but themselves, so they are computed once. */
export async function rulesRoutes(app: App): Promise<void> {
  const page = rulesPage()
  app.get('/rules', { config: { policy: 'public' } }, async (_request, reply) =>
    reply.page('training/rules', page),
  )
}
