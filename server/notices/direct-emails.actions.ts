import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { Mail } from '#server/lib/mail.ts'

/** The same mail, with a line on record for each message: mail outside of notices leaves no other trace. */
export function loggedMail(db: Database, mail: Mail): Mail {
  if (!mail) return null
  return async (message) => {
    const line = { address: message.to, subject: message.subject.slice(0, 200) }
    try {
      await mail(message)
    } catch (error) {
      await db
        .insertInto('direct_emails')
        .values({ ...line, state: 'failed', error: String((error as Error).message ?? error).slice(0, 500) })
        .execute()
      throw error
    }
    // The message is on its way: a log that can't be written must not make it look as if it weren't.
    await db
      .insertInto('direct_emails')
      .values(line)
      .execute()
      .catch(() => {})
  }
}

export async function sweepDirectEmails(db: Database): Promise<void> {
  await db
    .deleteFrom('direct_emails')
    .where('at', '<', sql<Date>`now() - interval '90 days'`)
    .where('state', '<>', 'queued')
    .execute()
}
