import { parseArgs } from 'node:util'
import { removePersonalData } from '#server/admin/retention/retention.actions.ts'
import { listPast } from '#server/admin/retention/retention.queries.ts'
import { leastYears, pastBefore, retentionList } from '#server/admin/retention/retention.ts'
import { createSetupLink } from '#server/admin/setup/setup-link.actions.ts'
import type { Database } from '#server/db/connection.ts'
import { openBesideServer } from '#server/db/open.ts'
import { dayOf } from '#server/lib/days.ts'
import { inviteAdministrator } from '#server/people/actions.ts'
import { tellOfRole } from '#server/programs/roles/announcing.actions.ts'
import { settings } from '#server/settings.ts'

const usage = `Use it like this:
  npm run admin -- setup-link
  npm run admin -- invite-administrator --email name@example.org [--name "Full Name"]
  npm run admin -- retention [--years 5]             lists people who left longer ago, and changes nothing
  npm run admin -- retention [--years 5] --remove CODE --by EMAIL --confirmed-by EMAIL --reason "Why"`

const { values, positionals } = readArguments()
const config = settings()
const email = values.email?.trim().toLowerCase() ?? ''
if (positionals[0] === 'setup-link') await withDatabase(printSetupLink)
else if (positionals[0] === 'invite-administrator' && /^[^\s@]+@[^\s@]+$/.test(email))
  await withDatabase(invite)
else if (
  positionals[0] === 'retention' &&
  /^\d{1,2}$/.test(values.years) &&
  Number(values.years) >= leastYears
)
  await withDatabase(retention)
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

/** Without --remove, only lists. With it, two system administrators answer for the list whose code they name. */
async function retention(db: Database): Promise<void> {
  const [years, now] = [Number(values.years), new Date()]
  if (values.remove === undefined) {
    const before = pastBefore(dayOf(now), years)
    console.log(retentionList(await listPast(db, before), before, years))
    return
  }
  const { remove: code, by = '', 'confirmed-by': confirmedBy = '', reason = '' } = values
  if (!by || !confirmedBy || !reason.trim()) end(usage)
  const result = await removePersonalData(db, { years, code, by, confirmedBy, reason: reason.trim() }, now)
  if (result.kind === 'removed')
    console.log(
      `Removed ${result.rows} rows about ${result.people} people. The ledger has an entry for each.`,
    )
  else {
    console.error(result.why)
    process.exitCode = 1
  }
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
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        email: text,
        name: text,
        years: { ...text, default: String(leastYears) },
        remove: text,
        by: text,
        'confirmed-by': text,
        reason: text,
      },
    })
  } catch {
    return end(usage)
  }
}

function end(message: string): never {
  console.error(message)
  process.exit(2)
}
