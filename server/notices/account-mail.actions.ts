import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { enqueue, enqueueAll } from '#server/jobs/enqueue.ts'
import { type Mail, refusedRecipient } from '#server/lib/mail.ts'
import type { AccountMail } from '#server/people/account-emails.ts'
import { type DataKey, openSecret, sealSecret } from '#server/people/sealed-secret.ts'
import { stopAddress } from './delivery.actions.ts'

/** Writes an email about an account and its job. Its text holds a link, so it is sealed until it is sent. */
export const accountMail =
  (dataKey: DataKey): NonNullable<AccountMail> =>
  async (trx, { to, subject, text, personId = null, days, cause = null }) => {
    const written = await trx
      .insertInto('direct_emails')
      .values({
        address: to,
        subject,
        sealed: sealSecret(await dataKey(), to, text),
        state: 'queued',
        attempts: 0,
        person_id: personId,
        ends_at: days ? sql`now() + make_interval(days => ${days})` : null,
        cause,
      })
      .onConflict((conflict) => conflict.column('cause').doNothing())
      .returning('id')
      .executeTakeFirst()
    if (written) await enqueue(trx, 'send-account-email', { email: written.id })
  }

type Delivery = Readonly<{ mail: Mail; dataKey: DataKey; baseUrl: string; isLastTry: boolean }>

/**
 * Sends an email about an account. As with notices, its row is held while the mail server is talked to, so that no other
 * process sends it, and it stays queued if that fails.
 */
export async function deliverAccountEmail(
  db: Database,
  delivery: Delivery,
  id: number,
  now: Date,
): Promise<void> {
  try {
    await db.transaction().execute((trx) => deliver(trx, delivery, id, now))
  } catch (error) {
    if (!(error instanceof NotSent)) throw error
    await afterFailure(db, id, error.cause, delivery.isLastTry, now)
  }
}

class NotSent extends Error {}

async function deliver(
  trx: Transaction<DB>,
  { mail, dataKey, baseUrl }: Delivery,
  id: number,
  now: Date,
): Promise<void> {
  const email = await trx
    .selectFrom('direct_emails')
    .select(['address', 'subject', 'sealed', 'ends_at'])
    .select(sql<boolean>`exists (select from stopped_addresses s where s.email = address)`.as('is_stopped'))
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .forUpdate()
    .skipLocked()
    .executeTakeFirst()
  if (!email) return
  if (email.is_stopped) return end(trx, id, 'stopped', 'The address refuses mail.')
  if (email.ends_at && email.ends_at < now)
    return end(trx, id, 'failed', 'The link in it ended before the mail server took it.')
  const text = email.sealed && openSecret(await dataKey(), email.address, email.sealed)
  if (!text) return end(trx, id, 'failed', 'It was sealed with a key that is lost.')
  if (!mail) throw new NotSent('', { cause: new Error('No mail server is set up.') })
  const messageId = `<account.${id}@${new URL(baseUrl).hostname}>`
  // Whether someone asked for discreet email or not: an invitation comes before they could.
  const message = { to: email.address, fromName: 'Messages', subject: email.subject, text, messageId }
  await mail(message).catch((cause) => {
    throw new NotSent('', { cause })
  })
  await end(trx, id, 'sent', null)
}

/** A recipient refused for good is sent nothing more. Anything else is retried while there are retries. */
async function afterFailure(
  db: Database,
  id: number,
  cause: unknown,
  isLastTry: boolean,
  now: Date,
): Promise<void> {
  const refusal = refusedRecipient(cause)?.slice(0, 500)
  const error = refusal ?? String((cause as Error).message ?? cause).slice(0, 500)
  const isEnded = await db.transaction().execute(async (trx) => {
    const isKept = await isKeptUntilSent(trx, id)
    const state = isKept ? 'queued' : refusal ? 'stopped' : isLastTry ? 'failed' : 'queued'
    await end(trx, id, state, error)
    if (state === 'stopped') await stop(trx, id, error, now)
    return state === 'stopped'
  })
  if (!isEnded) throw cause
}

/** The ledger's head holds no link that ends, and is for one mailbox that has to get it, whatever it answered before. */
async function isKeptUntilSent(trx: Transaction<DB>, id: number): Promise<boolean> {
  const email = await trx
    .selectFrom('direct_emails')
    .select('id')
    .where('id', '=', id)
    .where('cause', 'is not', null)
    .where('ends_at', 'is', null)
    .executeTakeFirst()
  return email !== undefined
}

/** Takes up emails that wait and that no job will send any more, once a day. */
export async function resendForgottenAccountEmails(db: Database): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ email: number }>`
      select id as email from direct_emails where state = 'queued' and not exists (
        select from pgboss.job j where j.name = 'send-account-email' and j.data ->> 'email' = direct_emails.id::text
          and j.state in ('created', 'retry', 'active'))`.execute(trx)
    await enqueueAll(trx, 'send-account-email', rows)
  })
}

/** What isn't to be sent again loses its text. */
async function end(
  trx: Transaction<DB>,
  id: number,
  state: 'queued' | 'sent' | 'failed' | 'stopped',
  error: string | null,
): Promise<void> {
  await trx
    .updateTable('direct_emails')
    .set({
      state,
      error,
      attempts: sql`attempts + 1`,
      ...(state === 'queued' ? {} : { sealed: null }),
    })
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .execute()
}

async function stop(trx: Transaction<DB>, id: number, answer: string, now: Date): Promise<void> {
  const person = await trx
    .selectFrom('direct_emails')
    .innerJoin('people', 'people.id', 'person_id')
    .select(['people.id as person_id', 'people.name', 'address as email'])
    .where('direct_emails.id', '=', id)
    .executeTakeFirst()
  if (person) await stopAddress(trx, person, answer, now)
}
