import type { Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import { dayOf } from '#server/lib/days.ts'
import { type Mail, refusedRecipient } from '#server/lib/mail.ts'
import { endNotices, notify, preferencesOf } from './actions.ts'
import { type EmailLook, emailMessage, noticeAddress } from './email-message.ts'
import { isOptional, isUrgent, wordsOf } from './kinds.ts'
import {
  type EmailToSend,
  listAdministratorsOf,
  lockEmail,
  type Notice,
  type Preferences,
} from './queries.ts'
import { quietUntil } from './quiet-hours.ts'

export type Delivery = Readonly<{
  mail: Mail
  baseUrl: string
  look: EmailLook
  /** True where what a notice asks for is done, by the same rules as on the pages. */
  isMoot: (trx: Transaction<DB>, notice: Notice) => Promise<boolean>
}>

type Outcome = 'sent' | 'summary' | 'unwanted' | 'moot' | 'stopped' | 'not-set-up' | 'no-address'

/**
 * Sends the email of a notice. Its row is held while the mail server is talked to, so that no other process sends it,
 * and stays queued if that fails: the job is retried. Only a process that dies after the mail server took the email and
 * before this is written sends it once more, under the same message id.
 */
export async function deliverEmail(
  db: Database,
  delivery: Delivery,
  noticeId: string,
  now: Date,
): Promise<void> {
  try {
    await db.transaction().execute(async (trx) => {
      const email = await lockEmail(trx, noticeId)
      if (!email) return
      const outcome = await deliver(trx, delivery, email, now)
      if (outcome === 'later') return
      const isSent = outcome === 'sent'
      await trx
        .updateTable('notice_emails')
        .set({
          state: outcome,
          sent_at: isSent ? now : null,
          sent_to: isSent ? email.email : null,
          last_error: null,
        })
        .where('notice_id', '=', noticeId)
        .execute()
    })
  } catch (error) {
    if (!(error instanceof NotSent)) throw error
    await afterFailure(db, error, now)
  }
}

type Addressed = EmailToSend & Readonly<{ email: string }>

const hasAddress = (one: EmailToSend): one is Addressed => one.email !== null

class NotSent extends Error {
  readonly email: Addressed
  constructor(email: Addressed, cause: unknown) {
    super('An email was not sent', { cause })
    this.email = email
  }
}

async function deliver(
  trx: Transaction<DB>,
  { mail, baseUrl, look, isMoot }: Delivery,
  email: EmailToSend,
  now: Date,
): Promise<Outcome | 'later'> {
  const words = wordsOf(email)
  if (!words || email.disabled_at) return 'unwanted'
  if (email.moot_at || (await isMoot(trx, email))) {
    await endNotices(trx, [email.id])
    return 'moot'
  }
  const preferences = await preferencesOf(trx, email.person_id)
  const unwanted = heldBack(email, preferences)
  if (unwanted) return unwanted
  if (!hasAddress(email)) return 'no-address'
  if (!mail) return 'not-set-up'
  if (email.stopped_at) return 'stopped'
  const morning = isUrgent(email) ? null : quietUntil(now)
  if (morning) {
    await enqueue(trx, 'send-email', { notice: email.id }, morning)
    return 'later'
  }
  const message = emailMessage({
    noticeId: email.id,
    to: email,
    words,
    address: noticeAddress(baseUrl, email.id),
    baseUrl,
    look,
    isDiscreet: preferences.is_discreet,
    unsubscribeAddress: isOptional(email)
      ? `${baseUrl}/notices/unsubscribe/${preferences.unsubscribe_token}`
      : null,
  })
  try {
    await mail(message)
  } catch (error) {
    throw new NotSent(email, error)
  }
  return 'sent'
}

function heldBack(email: EmailToSend, { frequency }: Preferences): 'unwanted' | 'summary' | null {
  if (!isOptional(email)) return null
  if (frequency === 'never') return 'unwanted'
  return frequency === 'daily' && email.kind !== 'daily-summary' ? 'summary' : null
}

/** A recipient refused for good is sent nothing more, and the administrators learn of it. Anything else is retried. */
async function afterFailure(db: Database, { email, cause }: NotSent, now: Date): Promise<void> {
  const answer = refusedRecipient(cause)
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('notice_emails')
      .set({
        attempts: email.attempts + 1,
        last_error: String((cause as Error).message ?? cause).slice(0, 500),
        ...(answer ? { state: 'stopped' } : {}),
      })
      .where('notice_id', '=', email.id)
      .where('state', '=', 'queued')
      .execute()
    if (answer) await stopAddress(trx, email, answer.slice(0, 500), now)
  })
  if (!answer) throw cause
}

/** Nothing more is sent to this address, and the administrators learn of it. */
export async function stopAddress(
  trx: Transaction<DB>,
  person: Readonly<{ person_id: string; name: string; email: string }>,
  answer: string,
  now: Date,
): Promise<void> {
  await trx
    .insertInto('stopped_addresses')
    .values({ email: person.email, answer, stopped_at: now })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .execute()
  for (const id of await listAdministratorsOf(trx, person.person_id))
    if (id !== person.person_id)
      await notify(trx, {
        person_id: id,
        kind: 'email-stopped',
        facts: { name: person.name, email: person.email, answer },
        dedupe_key: `email-stopped ${person.email} ${dayOf(now)}`,
      })
}
