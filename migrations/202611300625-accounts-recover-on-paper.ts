import { type Kysely, sql } from 'kysely'

/** Someone who can't get email recovers their account with a code on paper, which a second person confirms. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table paper_codes (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      code_hash text not null,
      -- The person lost their phone or passkey too.
      resets_second_factor boolean not null,
      reason text not null,
      made_by uuid not null references people,
      made_at timestamptz not null,
      expires_at timestamptz not null,
      confirmed_by uuid references people,
      confirmed_at timestamptz,
      ended_at timestamptz,
      how_ended text check (how_ended in ('used', 'replaced', 'refused')),
      check ((ended_at is null) = (how_ended is null)),
      check ((confirmed_at is null) = (confirmed_by is null)),
      check (made_by <> person_id),
      check (confirmed_by <> person_id and confirmed_by <> made_by)
    );
    create unique index paper_codes_live on paper_codes (person_id) where ended_at is null;
  `.execute(db)
}
