import { openBesideServer } from '#server/db/open.ts'
import { settings } from '#server/settings.ts'

// Opening the database runs the migrations. A failed migration changes nothing and ends with an error.
try {
  const database = await openBesideServer(settings())
  console.log('The schema is up to date.')
  await database.close()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
