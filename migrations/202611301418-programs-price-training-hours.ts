import { type Kysely, sql } from 'kysely'

/** What an hour of training costs a program from a day on, for its report of hours and cost. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table training_hour_costs (
      id uuid primary key default gen_random_uuid(),
      program_id uuid not null references programs,
      per_hour numeric(8, 2) not null check (per_hour >= 0),
      from_on date not null,
      recorded_at timestamptz not null default now(),
      recorded_by uuid not null references people,
      superseded_at timestamptz,
      superseded_by uuid references people
    );
    create unique index training_hour_costs_now on training_hour_costs (program_id, from_on) where superseded_at is null;
    create trigger training_hour_costs_kept before update or delete on training_hour_costs
      for each row execute function refuse_rewriting('superseded_at', 'superseded_by');
    create trigger training_hour_costs_no_truncate before truncate on training_hour_costs
      execute function refuse_rewriting();
  `.execute(db)
}
