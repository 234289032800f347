import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import type { WebhookEvent } from './events.ts'
import { type Answer, post } from './sending.ts'
import { signedHeaders } from './signature.ts'
import { lockDelivery } from './webhooks.queries.ts'

/** Adds a webhook of a program. Returns the secret with which the receiver checks signatures: it is shown once. */
export async function addWebhook(
  db: Database,
  by: Readonly<{ id: string; now: Date }>,
  webhook: Readonly<{ program_id: string; url: string; events: readonly WebhookEvent[] }>,
): Promise<string> {
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  await db
    .insertInto('webhooks')
    .values({ ...webhook, events: [...webhook.events], secret, created_by: by.id, created_at: by.now })
    .execute()
  return secret
}

export async function endWebhook(
  db: Database,
  by: Readonly<{ id: string; now: Date }>,
  programId: string,
  webhookId: string,
): Promise<void> {
  await db
    .updateTable('webhooks')
    .set({ ended_at: by.now, ended_by: by.id })
    .where('id', '=', webhookId)
    .where('program_id', '=', programId)
    .where('ended_at', 'is', null)
    .execute()
}

/** Sends a delivery again, under the same id, so that the receiver can tell it from a new one. */
export function replay(db: Database, programId: string, deliveryId: string): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql`
      update webhook_deliveries d set state = 'queued', attempts = 0 from webhooks w
      where d.id = ${deliveryId} and w.id = d.webhook_id and w.program_id = ${programId} and w.ended_at is null
        and d.state <> 'queued' returning d.id`.execute(trx)
    if (rows.length === 0) return false
    await enqueue(trx, 'send-webhook', { delivery: deliveryId })
    return true
  })
}

class NotAccepted extends Error {}

/**
 * Sends a delivery. Its row is held while the receiver is talked to, so that no other process sends it. If it is not
 * accepted, the job fails and is retried; after the last retry it is marked as failed.
 */
export async function sendDelivery(
  db: Database,
  settings: Readonly<{ allowsPrivate: boolean; retries: number }>,
  id: string,
  now: Date,
): Promise<void> {
  const answer = await db.transaction().execute(async (trx): Promise<Answer | null> => {
    const delivery = await lockDelivery(trx, id)
    if (!delivery) return null
    const { url, secret, body } = delivery
    const sent = await post(url, signedHeaders(secret, `msg_${id}`, body, now), body, settings.allowsPrivate)
    const attempts = delivery.attempts + 1
    const state = sent.isAccepted ? 'delivered' : attempts > settings.retries ? 'failed' : 'queued'
    await trx
      .updateTable('webhook_deliveries')
      .set({ state, attempts, last_attempt_at: now, last_answer: sent.says })
      .where('id', '=', id)
      .execute()
    return sent
  })
  if (answer && !answer.isAccepted) throw new NotAccepted(answer.says)
}

/** Forgets deliveries after a month. */
export async function sweepDeliveries(db: Database): Promise<void> {
  await db
    .deleteFrom('webhook_deliveries')
    .where('created_at', '<', sql<Date>`now() - interval '30 days'`)
    .execute()
}
