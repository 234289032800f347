import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- 'no-address': there is a mail server, and the person has no email.
    alter table notice_emails
      drop constraint notice_emails_state_check,
      add constraint notice_emails_state_check check (state in
        ('queued', 'summary', 'sent', 'unwanted', 'moot', 'stopped', 'not-set-up', 'no-address', 'summarized'));
  `.execute(db)
}
