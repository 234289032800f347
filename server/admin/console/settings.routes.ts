import { findSetting } from '#server/admin/setup/settings.queries.ts'
import type { Config } from '#server/config.ts'
import type { Database } from '#server/db/connection.ts'
import type { App } from '#server/web/routes.ts'
import { settingLines } from './setting-lines.ts'

type Needs = Readonly<{ db: Database; config: Config }>

/** The settings of the installation: those of these pages, with a link, and those of the environment. */
export async function settingsConsoleRoutes(app: App, { db, config }: Needs): Promise<void> {
  app.get('/admin/settings', { config: { policy: ['system_admin'] } }, async (_request, reply) =>
    reply.page('admin/settings', {
      title: 'Settings',
      tab: 'settings',
      installation: await findSetting(db, 'installation'),
      lines: settingLines(config),
    }),
  )
}
