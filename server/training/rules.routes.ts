import { Type } from 'typebox'
import { type App, text } from '#server/web/routes.ts'
import { type RulesPage, rulesPage, rulesWith } from './rules-page.ts'

/** The public rules page. It never changes while the service runs, so it is built once, when first asked for. */
export async function rulesRoutes(app: App): Promise<void> {
  let page: RulesPage | undefined
  app.get(
    '/rules',
    { config: { policy: 'public' }, schema: { querystring: Type.Object({ q: Type.Optional(text(100)) }) } },
    async (request, reply) => {
      page ??= rulesPage()
      const asked = (request.query.q ?? '').trim()
      return reply.page('training/rules', { ...page, ...rulesWith(page, asked), asked })
    },
  )
}
