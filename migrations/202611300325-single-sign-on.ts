import { type Kysely, sql } from 'kysely'

/** Whom an identity provider means by its subject. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sign_in_subjects (
      issuer text not null,
      subject text not null,
      person_id uuid not null references people,
      linked_at timestamptz not null,
      primary key (issuer, subject)
    );
    create unique index sign_in_subjects_person on sign_in_subjects (person_id, issuer);
    alter table sign_in_challenges drop constraint sign_in_challenges_kind_check;
    alter table sign_in_challenges add constraint sign_in_challenges_kind_check
      check (kind in ('second-factor', 'passkey-sign-in', 'passkey-registration', 'single-sign-on'));
  `.execute(db)
}
