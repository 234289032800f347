import { findDatabaseHealth, findDiskHealth } from '#server/admin/health/health.queries.ts'
import { bytes } from '#server/admin/health/health.ts'
import type { Database } from '#server/db/connection.ts'
import type { App } from '#server/web/routes.ts'
import { listTableSizes } from './storage.queries.ts'

type Needs = Readonly<{
  db: Database
  config: Readonly<{ dataDir: string; keysFile: string; databaseUrl: string | undefined }>
}>

/** What takes room, and where it is. */
export async function storageConsoleRoutes(app: App, { db, config }: Needs): Promise<void> {
  app.get('/admin/storage', { config: { policy: ['system_admin'] } }, async (_request, reply) => {
    const [database, disk, tables] = await Promise.all([
      findDatabaseHealth(db),
      findDiskHealth(config.dataDir),
      listTableSizes(db, 12),
    ])
    return reply.page('admin/storage', {
      title: 'Storage',
      tab: 'storage',
      facts: [
        { name: 'Database', value: `${bytes(database.bytes)}, PostgreSQL ${database.version}` },
        {
          name: 'Where the database is',
          value: config.databaseUrl ? 'The server at DATABASE_URL' : `Embedded, in ${config.dataDir}`,
        },
        { name: 'Data folder', value: config.dataDir },
        { name: 'Signing keys', value: config.keysFile },
        { name: 'Disk of the data folder', value: `${bytes(disk.free)} free of ${bytes(disk.total)}` },
      ],
      tables: tables.map((table) => ({ ...table, size: bytes(table.bytes) })),
    })
  })
}
