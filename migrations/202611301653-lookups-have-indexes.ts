import type { Kysely } from 'kysely'
import { sql } from 'kysely'

/** Pages cost the same among a million people as among a thousand: what they look up has an index. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index assignments_ever on assignments (assignment_id, recorded_at);
    create index certificates_completion on certificates (completion_id);
    create index outside_trainings_ever on outside_trainings (person_id);
    create index training_decisions_ever on training_decisions (outside_training_id);
    create index roles_holder on roles (holder_id) where ended_at is null;
    create index roles_person_ever on roles (person_id);
    create index program_details_ever on program_details (program_id);
    create index license_statuses_ever on license_statuses (program_id);
    create index certifications_ever on certifications (program_id);
    create index people_without_password on people (id) where password_hash is null and disabled_at is null;
    create index people_in_order on people (lower(name), id);
    create index license_holders_in_order on license_holders (lower(name), id);

    -- Searches for a part of a word. Without pg_trgm they read every row.
    do $$ begin
      if exists (select from pg_extension where extname = 'pg_trgm') then
        create index people_name_parts on people using gin (name gin_trgm_ops);
        create index people_email_parts on people using gin (email gin_trgm_ops);
        create index license_holders_name_parts on license_holders using gin (name gin_trgm_ops);
        create index program_details_parts on program_details using gin ((coalesce(license_number, '') || '-'
          || coalesce(license_type, '') || ' ' || name || ' ' || place) gin_trgm_ops);
      end if;
    end $$;`.execute(db)
}
