import { findDatabaseHealth, findDiskHealth } from '#server/admin/health/health.queries.ts'
import { bytes } from '#server/admin/health/health.ts'
import { findLastBackup, type LastBackup } from '#server/backup/last-backup.ts'
import type { Database } from '#server/db/connection.ts'
import type { App } from '#server/web/routes.ts'
import { listTableSizes } from './storage.queries.ts'

type Needs = Readonly<{
  db: Database
  config: Readonly<{
    dataDir: string
    keysFile: string
    databaseUrl: string | undefined
    backupDir: string | undefined
    backupKeep: number
  }>
}>

/** What takes room, and where it is. */
export async function storageConsoleRoutes(app: App, { db, config }: Needs): Promise<void> {
  app.get('/admin/storage', { config: { policy: ['system_admin'] } }, async (_request, reply) => {
    const [database, disk, tables, backup] = await Promise.all([
      findDatabaseHealth(db),
      findDiskHealth(config.dataDir),
      listTableSizes(db, 12),
      config.backupDir ? findLastBackup(config.backupDir) : null,
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
        { name: 'Backups', value: backupWords(config, backup) },
        { name: 'Disk of the data folder', value: `${bytes(disk.free)} free of ${bytes(disk.total)}` },
      ],
      tables: tables.map((table) => ({ ...table, size: bytes(table.bytes) })),
    })
  })
}

function backupWords(
  { backupDir, backupKeep }: Readonly<{ backupDir: string | undefined; backupKeep: number }>,
  last: LastBackup | null,
): string {
  if (!backupDir) return 'Not written by this service. Set BACKUP_DIR for one every night.'
  if (!last) return `${backupDir}: none yet`
  return `${backupDir}: ${last.count} of at most ${backupKeep}, the last one ${bytes(last.bytes)}`
}
