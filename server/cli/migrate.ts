import { findEvidenceRisks } from '#server/db/app-role.ts'
import { openBesideServer } from '#server/db/open.ts'
import { settings } from '#server/settings.ts'

// Opening the database runs the migrations. A failed migration changes nothing and ends with an error.
try {
  const config = settings()
  const database = await openBesideServer(config)
  const risks = await findEvidenceRisks(database.db)
  await database.close()
  console.log('The schema is up to date.')
  if (risks.length === 0)
    console.log('The role of the service can add evidence, but not change or remove it.')
  else for (const risk of risks) console.error(risk)
  // Two roles were asked for, and they are not apart.
  if (risks.length > 0 && config.databaseAdminUrl) process.exitCode = 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
