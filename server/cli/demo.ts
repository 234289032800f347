import { loadCourses } from '#server/courses/authoring/load.ts'
import { openBesideServer } from '#server/db/open.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { fillDemoClassroom } from '#server/demo/classroom.ts'
import { fillDemo, isEmpty } from '#server/demo/fill.ts'
import { demoStaff } from '#server/demo/staff.ts'
import { fillDemoVersions } from '#server/demo/versions.ts'
import { settings } from '#server/settings.ts'

// Fills an empty database with the invented cast; never one in which anything was entered.
const config = settings()
const database = await openBesideServer(config)
try {
  if (!(await isEmpty(database.db))) {
    console.error(
      'This database is not empty, so nothing was added: invented people never mix with real ones.',
    )
    process.exitCode = 1
  } else {
    const { catalogue } = loadCourses(config.coursesDir)
    const residential = catalogue.courses.get('residential-settings') ?? null
    await fillDemo(database.db, { residential, issuer: config, staff: demoStaff }, new Date())
    await fillDemoVersions(database.db, catalogue, config, new Date())
    await fillDemoClassroom(database.db, catalogue, new Date())
    console.log(`The demonstration is in place. All accounts have the password ${demoPassword}`)
  }
} finally {
  await database.close()
}
