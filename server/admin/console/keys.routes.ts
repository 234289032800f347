import { openKeyFile } from '#server/certificates/credentials/key-file.ts'
import { issuerDid, publishedKeys } from '#server/certificates/credentials/keys.ts'
import type { Database } from '#server/db/connection.ts'
import type { App } from '#server/web/routes.ts'
import { countSigned } from './keys.queries.ts'

type Needs = Readonly<{
  db: Database
  clock: () => Date
  config: Readonly<{ baseUrl: string; keysFile: string }>
}>

/** The keys that sign certificates: when each signed, and how much. */
export async function keyConsoleRoutes(app: App, { db, clock, config }: Needs): Promise<void> {
  app.get('/admin/keys', { config: { policy: ['system_admin'] } }, async (_request, reply) => {
    const { keys } = publishedKeys(await openKeyFile(config.keysFile, issuerDid(config.baseUrl), clock()))
    const lines = await Promise.all(
      keys.map(async (key) => ({
        ...key,
        shortId: key.id.split('#').at(-1)!,
        signed: await countSigned(db, { from: key.valid_from, to: key.valid_to }),
      })),
    )
    return reply.page('admin/keys', {
      title: 'Signing keys',
      tab: 'keys',
      keys: lines.reverse(),
      keysFile: config.keysFile,
    })
  })
}
