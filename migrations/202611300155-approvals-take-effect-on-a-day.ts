import { type Kysely, sql } from 'kysely'

/**
 * An approval counts from the day that the commissioner's letter states, and may be carried over to a version that
 * changed nothing of meaning. What was recorded before names no other day, so it counts from the day of the approval:
 * a generated column fills that in without touching a recorded row.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table course_approvals add column effective_on date generated always as (approved_on) stored;
    alter table course_approvals
      alter column effective_on drop expression,
      alter column effective_on set not null,
      -- The approval of the version before, and why it holds for this text too.
      add column carried_from_id uuid references course_approvals,
      add column carried_because text check (carried_because <> ''),
      add constraint course_approvals_carried_with_reason check ((carried_from_id is null) = (carried_because is null));
  `.execute(db)
}
