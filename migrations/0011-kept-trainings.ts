import { type Kysely, sql } from 'kysely'

/** Trainings taken elsewhere, what was decided on them and programs' readings are superseded once, and never rewritten. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Its arguments are the columns that are set when a row is superseded.
    create function refuse_rewriting() returns trigger language plpgsql as $$
    begin
      if tg_op <> 'UPDATE' then
        raise exception '% is never deleted: % refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
      end if;
      if old.superseded_at is not null or new.superseded_at is null
          or (to_jsonb(new) - tg_argv) <> (to_jsonb(old) - tg_argv) then
        raise exception '% is superseded once, never rewritten', tg_table_name using errcode = 'insufficient_privilege';
      end if;
      return new;
    end $$;
    create trigger outside_trainings_kept before update or delete on outside_trainings
      for each row execute function refuse_rewriting('superseded_at', 'superseded_by', 'reason');
    create trigger training_decisions_kept before update or delete on training_decisions
      for each row execute function refuse_rewriting('superseded_at');
    create trigger program_readings_kept before update or delete on program_readings
      for each row execute function refuse_rewriting('superseded_at');
    create trigger outside_trainings_no_truncate before truncate on outside_trainings execute function refuse_rewriting();
    create trigger training_decisions_no_truncate before truncate on training_decisions execute function refuse_rewriting();
    create trigger program_readings_no_truncate before truncate on program_readings execute function refuse_rewriting();
  `.execute(db)
}
