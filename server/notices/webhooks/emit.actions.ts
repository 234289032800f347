import { sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { enqueueAll } from '#server/jobs/enqueue.ts'
import type { WebhookEvent, WebhookEvents } from './events.ts'
import { listListeners } from './webhooks.queries.ts'

type Happened<E extends WebhookEvent> = Readonly<{
  person_id: string
  /** The one program it is about; null for every program where the person works. */
  program_id: string | null
  data: WebhookEvents[E]
}>

/** Writes what happened for each webhook that asks for it, and the jobs that send it, in the transaction that causes it. */
export async function emit<E extends WebhookEvent>(
  trx: Transaction<DB>,
  event: E,
  happened: readonly Happened<E>[],
  now: Date,
): Promise<void> {
  if (happened.length === 0) return
  const people = [...new Set(happened.map(({ person_id }) => person_id))]
  const listeners = await listListeners(trx, event, people)
  const deliveries = listeners.flatMap(({ webhook_id, program_id, person_id, employee_id }) =>
    happened
      .filter((one) => one.person_id === person_id && (one.program_id ?? program_id) === program_id)
      .map(({ data }) => ({
        webhook_id,
        event,
        body: JSON.stringify({
          type: event,
          timestamp: now.toISOString(),
          data: { program_id, person_id, employee_id, ...data },
        }),
      })),
  )
  if (deliveries.length === 0) return
  const { rows } = await sql<{ id: string }>`
    insert into webhook_deliveries (webhook_id, event, body)
    select webhook_id, event, body from jsonb_to_recordset(${JSON.stringify(deliveries)}::jsonb)
      as one(webhook_id uuid, event text, body text)
    returning id`.execute(trx)
  await enqueueAll(
    trx,
    'send-webhook',
    rows.map(({ id }) => ({ delivery: id })),
  )
}
