import { loadCourses } from '#server/courses/authoring/load.ts'
import { openBesideServer } from '#server/db/open.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { fillDemoClassroom } from '#server/demo/classroom.ts'
import { fillDemo, isEmpty } from '#server/demo/fill.ts'
import { fillDemoOwnRequirements } from '#server/demo/own-requirements.ts'
import { demoStaff } from '#server/demo/staff.ts'
import { fillDemoVersions } from '#server/demo/versions.ts'
import { settings } from '#server/settings.ts'

// Fills an empty database with demonstration data. Never touches a database with real data.
const config = settings()
if (config.isReachable) {
  console.error(
    `${config.baseUrl} can be reached from other machines, so nothing was added: invented people stay on this machine.`,
  )
  process.exit(1)
}
const database = await openBesideServer(config)
try {
  if (!(await isEmpty(database.db))) {
    console.error(
      'This database is not empty, so nothing was added. Demonstration data never mixes with real data.',
    )
    process.exitCode = 1
  } else {
    const { catalogue } = loadCourses(config.coursesDir)
    const residential = catalogue.courses.get('residential-settings') ?? null
    await fillDemo(database.db, { residential, issuer: config, staff: demoStaff }, new Date())
    await fillDemoVersions(database.db, catalogue, config, new Date())
    await fillDemoClassroom(database.db, catalogue, new Date())
    await fillDemoOwnRequirements(database.db, new Date())
    console.log(`The demonstration data is ready. All accounts have the password ${demoPassword}`)
  }
} finally {
  await database.close()
}
