import { type Kysely, sql } from 'kysely'

/**
 * A row of a roster or of a program's record is superseded once, and never rewritten or removed. What is stored of a
 * standing also says on which days it lapsed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$
    declare kept text;
    begin
      foreach kept in array array['program_details', 'license_statuses', 'certifications', 'assignments',
        'contact_spells', 'leave_spells']
      loop
        execute format($trigger$create trigger %I before update or delete on %I for each row
          execute function refuse_rewriting('superseded_at', 'superseded_by', 'superseded_reason')$trigger$, kept || '_kept', kept);
        execute format('create trigger %I before truncate on %I execute function refuse_rewriting()', kept || '_no_truncate', kept);
      end loop;
    end $$;

    -- The first days on which a requirement that applied was not met, the earliest first.
    alter table standings add column lapses date[] not null default '{}';
    -- Nobody's verdicts were stored in this form yet: the next pass computes them anew.
    update standing_passes set ruleset = '';
  `.execute(db)
}
