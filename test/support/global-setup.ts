import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { openCourses } from '#server/courses/authoring/rendered-courses.ts'
import { appRoleUrl } from '#server/db/app-role.ts'
import { connect } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { removeStale } from '#server/db/orphan.ts'
import { installQueue } from '#server/db/queue-schema.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The test server's address, with the migrated template as its database. */
    templateUrl: string
    /** The same in the role that the service works in. */
    appRoleUrl: string
  }
}

const cache = path.join(import.meta.dirname, '../../node_modules/.cache/safe-harbor')
const prefix = 'safe-harbor-test-'

/** One real PostgreSQL for the whole run, with one migrated database that each worker copies. */
export default async function setup(project: TestProject) {
  removeStale(prefix)
  // For all workers, and for each service that a test starts.
  const courses = openCourses(path.join(import.meta.dirname, '../../courses'), process.env.CACHE_DIR ?? cache)
  const folder = mkdtempSync(path.join(tmpdir(), `${prefix}${process.pid}-`))
  const postgres = await startEmbeddedPostgres(folder, { durable: false, database: 'template_safe_harbor' })
  const { db } = connect(postgres.url, 2)
  await migrate(db)
  await installQueue(db)
  // What the role may do is copied with the template.
  project.provide('appRoleUrl', await appRoleUrl(db, postgres.url))
  await db.destroy()
  project.provide('templateUrl', postgres.url)
  await courses
  return async () => {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
