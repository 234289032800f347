import type { Database } from '#server/db/connection.ts'
import { isMigrated } from '#server/db/migrate.ts'
import type { App } from './routes.ts'

/** Health checks for monitoring: is the process alive, and can it serve requests? */
export async function healthRoutes(app: App, { db }: { db: Database }): Promise<void> {
  app.get('/healthz', { config: { policy: 'public' } }, async () => ({ status: 'alive' }))

  app.get('/readyz', { config: { policy: 'public' } }, async (request, reply) => {
    try {
      const current = await isMigrated(db)
      if (current) return { status: 'ready', database: 'reached', migrations: 'current' }
      return reply.status(503).send({ status: 'not ready', database: 'reached', migrations: 'behind' })
    } catch (error) {
      request.log.error(error)
      return reply.status(503).send({ status: 'not ready', database: 'not reached', migrations: 'unknown' })
    }
  })
}
