import { parseArgs } from 'node:util'
import { openBesideServer } from '#server/db/open.ts'
import { inviteAdministrator } from '#server/people/actions.ts'
import { settings } from '#server/settings.ts'

const usage = 'npm run admin -- invite-administrator --email name@example.org [--name "Full Name"]'
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { email: { type: 'string' }, name: { type: 'string' } },
})
const email = values.email?.trim().toLowerCase()
if (positionals[0] !== 'invite-administrator' || !email || !/^[^\s@]+@[^\s@]+$/.test(email)) {
  console.error(`Usage:\n  ${usage}`)
  process.exit(2)
}
const config = settings()
const database = await openBesideServer(config)
try {
  const token = await inviteAdministrator(
    database.db,
    { email, name: values.name?.trim() || email },
    new Date(),
  )
  console.log(
    `\n  ${email} can set a password with this link. It works once, within a week:\n  ${config.baseUrl}/link/${token}\n`,
  )
} finally {
  await database.close()
}
