import { openBesideServer } from '#server/db/open.ts'
import { settings } from '#server/settings.ts'

// Opening a database brings its schema up to date; a failed migration changes nothing and ends with an error.
try {
  const database = await openBesideServer(settings())
  console.log('The schema is current.')
  await database.close()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
