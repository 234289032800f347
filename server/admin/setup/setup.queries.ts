import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { InstallationSettings } from './settings.queries.ts'
import type { SetupFacts } from './setup-steps.ts'

/** True once a system administrator has set a password: from then on set-up goes on behind their sign-in. */
export async function hasAdministrator(db: Kysely<DB>): Promise<boolean> {
  const { rows } = await sql`
    select from roles r join people p on p.id = r.person_id
    where r.role = 'system_admin' and r.ended_at is null and p.password_hash is not null and p.disabled_at is null
    limit 1`.execute(db)
  return rows.length > 0
}

type Counts = Readonly<{
  administrators: number
  programs: number
  programs_without_administrator: number
  licensing_staff: number
  reviewers: number
}>

/** What set-up has reached. People count once they have set a password; an invitation alone is not an account. */
export async function findSetupFacts(
  db: Kysely<DB>,
  known: Pick<SetupFacts, 'canMail' | 'hasSecondFactor' | 'approvedVersions' | 'lastBackup'>,
): Promise<SetupFacts> {
  const { rows } = await sql<Counts & { settings: Partial<InstallationSettings> }>`
    with active as (
      select r.* from roles r join people p on p.id = r.person_id
      where r.ended_at is null and p.password_hash is not null and p.disabled_at is null)
    select
      (select count(distinct person_id) from active where role = 'system_admin')::int as administrators,
      (select count(*) from programs)::int as programs,
      (select count(*) from programs p where not exists (
        select from active a where a.role = 'program_admin' and (a.program_id = p.id or a.holder_id = p.holder_id)
      ))::int as programs_without_administrator,
      (select count(distinct person_id) from active where role = 'licensing')::int as licensing_staff,
      (select count(distinct person_id) from active where role = 'reviewer')::int as reviewers,
      (select coalesce(jsonb_object_agg(name, value), '{}') from settings
        where name in ('installation', 'mail', 'backups')) as settings`.execute(db)
  const { settings, ...counts } = rows[0]!
  const { installation = null, mail = null, backups = null } = settings
  return { ...counts, ...known, installation, mail, backups }
}
