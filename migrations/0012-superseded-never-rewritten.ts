import { type Kysely, sql } from 'kysely'

/**
 * A row of a roster, of a program's record or of training taken elsewhere can be superseded, once, and in no other way
 * changed or removed, whoever asks. What is stored of a standing also says on which days it lapsed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function refuse_rewriting() returns trigger language plpgsql as $$
    declare ends constant text[] := array['superseded_at', 'superseded_by', 'superseded_reason'];
    begin
      if tg_op = 'UPDATE' then
        if old.superseded_at is null and new.superseded_at is not null and to_jsonb(new) - ends = to_jsonb(old) - ends
        then return new; end if;
      end if;
      raise exception '% is superseded, never rewritten or removed', tg_table_name using errcode = 'insufficient_privilege';
    end $$;

    do $$
    declare kept text;
    begin
      foreach kept in array array['program_details', 'license_statuses', 'certifications', 'assignments',
        'contact_spells', 'leave_spells', 'outside_trainings', 'training_decisions', 'program_readings']
      loop
        execute format('create trigger %I before update or delete on %I for each row execute function refuse_rewriting()', kept || '_superseded_only', kept);
        execute format('create trigger %I before truncate on %I execute function refuse_change()', kept || '_no_truncate', kept);
      end loop;
    end $$;

    -- The first days on which a requirement that applied was not met, the earliest first.
    alter table standings add column lapses date[] not null default '{}';
    -- Nobody's verdicts were stored in this form yet: the next pass computes them anew.
    update standing_passes set ruleset = '';
  `.execute(db)
}
