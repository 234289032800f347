import { findLastBackup } from '#server/backup/last-backup.ts'
import { listApprovals } from '#server/courses/catalogue/approvals.queries.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Mail } from '#server/lib/mail.ts'
import { approvedVersions } from './approved-versions.ts'
import { findSetupFacts } from './setup.queries.ts'
import { type SetupStep, setupSteps } from './setup-steps.ts'

export type SetupSources = Readonly<{
  db: Database
  catalogue: Catalogue
  directMail: Mail
  clock: () => Date
  config: Readonly<{ backupDir: string | undefined }>
}>

/** Which steps are done and which are left, as someone sees them. */
export async function findSetupSteps(
  { db, catalogue, directMail, clock, config }: SetupSources,
  viewer: Readonly<{ has_second_factor: boolean }>,
): Promise<readonly SetupStep[]> {
  const approvals = await listApprovals(db, dayOf(clock()))
  return setupSteps(
    await findSetupFacts(db, {
      canMail: directMail !== null,
      hasSecondFactor: viewer.has_second_factor,
      approvedVersions: approvedVersions(catalogue, approvals).map(({ words }) => words),
      lastBackup: config.backupDir ? await findLastBackup(config.backupDir) : 'made elsewhere',
    }),
  )
}
