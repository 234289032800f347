import { type Kysely, sql } from 'kysely'

/**
 * A module is taken as a group in a room: whoever is there confirms it for themselves, and its lessons count as taken.
 * Nothing of it is rewritten or removed; leaving early is a row more.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table group_sessions (
      id uuid primary key default gen_random_uuid(),
      program_id uuid not null references programs,
      course text not null,
      version text not null,
      content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'),
      module text not null,
      place text not null check (place <> ''),
      starts_at timestamptz not null,
      facilitator_id uuid not null references people,
      -- What people in the room type to join.
      code text not null unique check (code ~ '^[2-9B-DF-HJKMP-RTV-Z]{6}$'),
      opened_by uuid not null references people,
      opened_at timestamptz not null
    );
    create index group_sessions_program on group_sessions (program_id, starts_at desc);

    create table group_session_ends (
      session_id uuid primary key references group_sessions,
      outcome text not null check (outcome in ('held', 'called-off')),
      reason text not null default '',
      ended_by uuid not null references people,
      ended_at timestamptz not null
    );

    create table group_presences (
      id uuid primary key default gen_random_uuid(),
      session_id uuid not null references group_sessions,
      person_id uuid not null references people,
      joined_at timestamptz not null,
      unique (session_id, person_id),
      unique (id, person_id)
    );
    create index group_presences_person on group_presences (person_id);

    -- Only the person confirms; only somebody else records that they left early or, to mend that, that they stayed.
    create table group_presence_acts (
      id bigint generated always as identity primary key,
      presence_id uuid not null,
      person_id uuid not null,
      act text not null check (act in ('confirmed', 'left', 'stayed')),
      reason text not null default '',
      acted_by uuid not null references people,
      acted_at timestamptz not null,
      foreign key (presence_id, person_id) references group_presences (id, person_id),
      check ((act = 'confirmed') = (acted_by = person_id)),
      check (act = 'confirmed' or reason <> '')
    );
    create index group_presence_acts_presence on group_presence_acts (presence_id, id);
    create unique index group_presence_acts_confirmed on group_presence_acts (presence_id) where act = 'confirmed';

    -- The lessons that a presence gave to an enrollment, by the hash of the text that was the same in both.
    create table group_lessons (
      enrollment_id uuid not null references enrollments,
      module text not null,
      lesson text not null,
      lesson_hash text not null,
      presence_id uuid not null references group_presences,
      marked_at timestamptz not null,
      primary key (enrollment_id, module, lesson, presence_id)
    );

    -- The lessons done on an enrollment: read alone, or taken in a group and not left early.
    create view finished_lessons as
      select enrollment_id, module, lesson, marked_at from lesson_marks where mark = 'finished'
      union all
      select g.enrollment_id, g.module, g.lesson, g.marked_at from group_lessons g
      where coalesce((select a.act from group_presence_acts a where a.presence_id = g.presence_id and a.act <> 'confirmed'
                      order by a.id desc limit 1), 'stayed') = 'stayed';

    create trigger group_sessions_append_only before update or delete on group_sessions for each row execute function refuse_change();
    create trigger group_session_ends_append_only before update or delete on group_session_ends for each row execute function refuse_change();
    create trigger group_presences_append_only before update or delete on group_presences for each row execute function refuse_change();
    create trigger group_presence_acts_append_only before update or delete on group_presence_acts for each row execute function refuse_change();
    create trigger group_lessons_append_only before update or delete on group_lessons for each row execute function refuse_change();
    create trigger group_sessions_no_truncate before truncate on group_sessions execute function refuse_change();
    create trigger group_session_ends_no_truncate before truncate on group_session_ends execute function refuse_change();
    create trigger group_presences_no_truncate before truncate on group_presences execute function refuse_change();
    create trigger group_presence_acts_no_truncate before truncate on group_presence_acts execute function refuse_change();
    create trigger group_lessons_no_truncate before truncate on group_lessons execute function refuse_change();
  `.execute(db)
}
