import { readFileSync } from 'node:fs'
import path from 'node:path'
import { approvedVersions } from '#server/admin/setup/approved-versions.ts'
import { hasSecondFactor } from '#server/admin/setup/second-factor.queries.ts'
import { findSetting } from '#server/admin/setup/settings.queries.ts'
import { findSetupFacts } from '#server/admin/setup/setup.queries.ts'
import { setupSteps } from '#server/admin/setup/setup-steps.ts'
import { KeyFileError, openKeyFile } from '#server/certificates/credentials/key-file.ts'
import { issuerDid, publishedKeys } from '#server/certificates/credentials/keys.ts'
import { listApprovals } from '#server/courses/catalogue/approvals.queries.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import { findLastHead } from '#server/ledger/queries.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Mail } from '#server/lib/mail.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { App } from '#server/web/routes.ts'
import { findDatabaseHealth, findDiskHealth, findJobHealth } from './health.queries.ts'
import { healthLines, healthSentence } from './health.ts'
import { lookAtProxyCertificate } from './proxy-certificate.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  mail: Mail
  clock: () => Date
  config: Readonly<{
    baseUrl: string
    https: boolean
    dataDir: string
    keysFile: string
    trustedProxy: string | undefined
  }>
}>

const { version } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../../package.json'), 'utf8'),
) as { version: string }

/** The console's first page: is everything in order, and what is left of set-up? */
export async function consoleHealthRoutes(
  app: App,
  { db, catalogue, mail, clock, config }: Needs,
): Promise<void> {
  app.get('/admin', { config: { policy: ['system_admin'] } }, async (request, reply) => {
    const approved = approvedVersions(catalogue, await listApprovals(db, dayOf(clock())))
    const steps = setupSteps(
      await findSetupFacts(db, {
        canMail: Boolean(mail),
        hasSecondFactor: await hasSecondFactor(db, viewerOf(request).id),
        approvedVersions: approved.map(({ words }) => words),
      }),
    )
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
      canMail: Boolean(mail),
      mail: await findSetting(db, 'mail'),
      backups: await findSetting(db, 'backups'),
      head: await findLastHead(db),
      ledgerCheck: await findSetting(db, 'ledger-check'),
      ...(await keysNow()),
      hasTrustedProxy: config.trustedProxy !== undefined,
      version,
      nodeVersion: process.version,
    })
  }
}
