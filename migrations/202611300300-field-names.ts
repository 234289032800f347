import type { Kysely } from 'kysely'
import { sql } from 'kysely'

/** Tables and columns take the field's own words: period, interpretation, failed sign-in. No row changes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [from, to] of tables)
    await sql`alter table ${sql.table(from)} rename to ${sql.ref(to)}`.execute(db)
  for (const table of periodTables)
    await sql`alter table ${sql.table(table)} rename column spell_id to period_id`.execute(db)
  await sql`alter table program_interpretations rename column readings to interpretations`.execute(db)
}

const tables = [
  ['contact_spells', 'contact_periods'],
  ['leave_spells', 'leave_periods'],
  ['program_readings', 'program_interpretations'],
  ['sign_in_misses', 'failed_sign_ins'],
  ['name_tries', 'failed_name_checks'],
  ['certificate_acts', 'certificate_status_changes'],
  ['course_approval_acts', 'course_approval_decisions'],
  ['group_presence_acts', 'group_presence_changes'],
  ['review_finding_acts', 'review_finding_steps'],
  ['led_attendance', 'instructor_led_attendance'],
  ['led_credits', 'instructor_led_credits'],
  ['led_places', 'instructor_led_places'],
  ['led_registration_ends', 'instructor_led_registration_ends'],
  ['led_registrations', 'instructor_led_registrations'],
  ['led_session_cancellations', 'instructor_led_session_cancellations'],
  ['led_session_details', 'instructor_led_session_details'],
  ['led_sessions', 'instructor_led_sessions'],
] as const

const periodTables = [
  'contact_periods',
  'leave_periods',
  'certifications',
  'license_statuses',
  'program_details',
] as const
