import { parseArgs } from 'node:util'
import { createSetupLink } from '#server/admin/setup/setup-link.actions.ts'
import type { Database } from '#server/db/connection.ts'
import { openBesideServer } from '#server/db/open.ts'
import { inviteAdministrator } from '#server/people/actions.ts'
import { tellOfRole } from '#server/programs/roles/announcing.actions.ts'
import { settings } from '#server/settings.ts'

const usage = `Use it like this:
  npm run admin -- setup-link
  npm run admin -- invite-administrator --email name@example.org [--name "Full Name"]`

const { values, positionals } = readArguments()
const config = settings()
const email = values.email?.trim().toLowerCase() ?? ''
if (positionals[0] === 'setup-link') await withDatabase(printSetupLink)
else if (positionals[0] === 'invite-administrator' && /^[^\s@]+@[^\s@]+$/.test(email))
  await withDatabase(invite)
else end(usage)

async function printSetupLink(db: Database): Promise<void> {
  const token = await createSetupLink(db, new Date())
  if (token)
    console.log(`\n  Open this address within an hour to set up:\n  ${config.baseUrl}/setup/${token}\n`)
  else {
    console.error(
      'A system administrator has an account already. They sign in, and set-up goes on under Console.',
    )
    process.exitCode = 1
  }
}

async function invite(db: Database): Promise<void> {
  const name = values.name?.trim() || email
  const token = await inviteAdministrator(db, { email, name }, tellOfRole, new Date())
  console.log(`\n  ${email} can set a password within a week, once, at:\n  ${config.baseUrl}/link/${token}\n`)
}

async function withDatabase(run: (db: Database) => Promise<void>): Promise<void> {
  const database = await openBesideServer(config)
  try {
    await run(database.db)
  } finally {
    await database.close()
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { email: { type: 'string' }, name: { type: 'string' } },
    })
  } catch {
    return end(usage)
  }
}

function end(message: string): never {
  console.error(message)
  process.exit(2)
}
