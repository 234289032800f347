import { count } from '#server/web/words.ts'
import { isWebhookEvent, type WebhookEvent, webhookEvents } from './events.ts'
import type { Webhook, WebhookDelivery } from './webhooks.queries.ts'

const shortNames: Readonly<Record<WebhookEvent, string>> = {
  'course.completed': 'courses completed',
  'certificate.issued': 'certificates issued',
  'certificate.revoked': 'certificates revoked or replaced',
  'clearance.changed': 'changes of clearance',
}

/** "Sends courses completed and certificates issued." */
export function webhookLine({ events, ...webhook }: Webhook) {
  const names = events.map((event) => (isWebhookEvent(event) ? shortNames[event] : event))
  return { ...webhook, events: `Sends ${new Intl.ListFormat('en-US').format(names)}.` }
}

type Status = Readonly<{ word: string; tone: 'good' | 'quiet' | 'caution' }>

const statuses: Readonly<Record<WebhookDelivery['state'], Status>> = {
  delivered: { word: 'Delivered', tone: 'good' },
  failed: { word: 'Not delivered', tone: 'caution' },
  queued: { word: 'Waiting', tone: 'quiet' },
}

export function deliveryLine({ url, event, attempts, last_answer, ...delivery }: WebhookDelivery) {
  return {
    ...delivery,
    what: isWebhookEvent(event) ? webhookEvents[event] : event,
    host: new URL(url).host,
    status: statuses[delivery.state],
    answer: attempts > 0 ? `${count(attempts, 'attempt')}, last answer: ${last_answer ?? 'none'}` : null,
  }
}
