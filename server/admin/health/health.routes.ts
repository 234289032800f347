import { findMailHealth } from '#server/admin/mail/mail-log.queries.ts'
import { findSetting } from '#server/admin/setup/settings.queries.ts'
import { findSetupSteps, type SetupSources } from '#server/admin/setup/setup-progress.ts'
import { findLastBackup } from '#server/backup/last-backup.ts'
import { KeyFileError, openKeyFile } from '#server/certificates/credentials/key-file.ts'
import { issuerDid, publishedKeys } from '#server/certificates/credentials/keys.ts'
import { findLag, findLastHead } from '#server/ledger/queries.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { App } from '#server/web/routes.ts'
import { findDatabaseHealth, findDiskHealth, findJobHealth } from './health.queries.ts'
import { healthLines, healthSentence } from './health.ts'
import { lookAtProxyCertificate } from './proxy-certificate.ts'

type Needs = SetupSources &
  Readonly<{
    config: Readonly<{
      baseUrl: string
      https: boolean
      dataDir: string
      keysFile: string
      trustedProxy: string | undefined
      version: string
    }>
  }>

/** The console's first page: is everything in order, and what is left of set-up? */
export async function consoleHealthRoutes(app: App, needs: Needs): Promise<void> {
  const { db, directMail: mail, clock, config } = needs
  app.get('/admin', { config: { policy: ['system_admin'] } }, async (request, reply) => {
    const steps = await findSetupSteps(needs, viewerOf(request))
    const lines = await linesNow()
    return reply.page('admin/health', {
      title: 'Health',
      tab: 'health',
      sentence: healthSentence(lines),
      lines,
      steps,
      checkedAt: clock(),
    })
  })

  async function keysNow() {
    try {
      const keys = await openKeyFile(config.keysFile, issuerDid(config.baseUrl), clock())
      return { keys: publishedKeys(keys).keys, keysProblem: null }
    } catch (error) {
      if (!(error instanceof KeyFileError)) throw error
      return { keys: [], keysProblem: error.message }
    }
  }

  async function linesNow() {
    const [database, disk, jobs, proxy] = await Promise.all([
      findDatabaseHealth(db),
      findDiskHealth(config.dataDir),
      findJobHealth(db),
      config.https ? lookAtProxyCertificate(config.baseUrl) : null,
    ])
    return healthLines({
      now: clock(),
      machineNow: new Date(),
      database,
      disk,
      jobs,
      proxy,
      canMail: mail !== null,
      mailHealth: await findMailHealth(db),
      mail: await findSetting(db, 'mail'),
      backupDir: config.backupDir ?? null,
      lastBackup: config.backupDir ? await findLastBackup(config.backupDir) : null,
      backups: await findSetting(db, 'backups'),
      head: await findLastHead(db),
      ledgerCheck: await findSetting(db, 'ledger-check'),
      ledgerLag: await findLag(db),
      ...(await keysNow()),
      hasTrustedProxy: config.trustedProxy !== undefined,
      version: config.version,
      nodeVersion: process.version,
    })
  }
}
