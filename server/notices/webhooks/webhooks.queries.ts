import { type Kysely, sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'

export type Webhook = Readonly<{
  id: string
  url: string
  events: readonly string[]
  created_at: Date
  owner: string
}>

export async function listWebhooks(db: Kysely<DB>, programId: string): Promise<readonly Webhook[]> {
  const { rows } = await sql<Webhook>`
    select w.id, w.url, w.events, w.created_at, p.name as owner from webhooks w join people p on p.id = w.created_by
    where w.program_id = ${programId} and w.ended_at is null order by w.created_at`.execute(db)
  return rows
}

export type WebhookDelivery = Readonly<{
  id: string
  url: string
  event: string
  created_at: Date
  state: 'queued' | 'delivered' | 'failed'
  attempts: number
  last_answer: string | null
}>

/** The latest deliveries of a program's webhooks in use. */
export async function listDeliveries(db: Kysely<DB>, programId: string): Promise<readonly WebhookDelivery[]> {
  const { rows } = await sql<WebhookDelivery>`
    select d.id, w.url, d.event, d.created_at, d.state, d.attempts, d.last_answer
    from webhook_deliveries d join webhooks w on w.id = d.webhook_id
    where w.program_id = ${programId} and w.ended_at is null order by d.created_at desc, d.id limit 50`.execute(
    db,
  )
  return rows
}

/** The webhooks in use for an event, of the programs where these people work now or of which they just left. */
export async function listListeners(
  db: Kysely<DB>,
  event: string,
  personIds: readonly string[],
): Promise<
  readonly Readonly<{
    webhook_id: string
    program_id: string
    person_id: string
    employee_id: string | null
  }>[]
> {
  const { rows } = await sql<{
    webhook_id: string
    program_id: string
    person_id: string
    employee_id: string | null
  }>`
    select w.id as webhook_id, w.program_id, a.person_id, e.employee_id
    from webhooks w join (select distinct program_id, person_id from assignments
      where person_id = any(${[...personIds]}::uuid[]) and superseded_at is null
        and coalesce(separated_on >= current_date, true)) a on a.program_id = w.program_id
    left join employee_ids e on e.program_id = w.program_id and e.person_id = a.person_id
    where w.ended_at is null and ${event} = any(w.events) order by w.id, a.person_id`.execute(db)
  return rows
}

type DeliveryToSend = Readonly<{
  id: string
  body: string
  attempts: number
  url: string
  secret: string
}>

/** A delivery that waits, held until the transaction ends; nothing where it is done, being sent, or its webhook ended. */
export async function lockDelivery(trx: Transaction<DB>, id: string): Promise<DeliveryToSend | null> {
  const { rows } = await sql<DeliveryToSend>`
    select d.id, d.body, d.attempts, w.url, w.secret from webhook_deliveries d
    join webhooks w on w.id = d.webhook_id and w.ended_at is null
    where d.id = ${id} and d.state = 'queued' for update of d skip locked`.execute(trx)
  return rows[0] ?? null
}
