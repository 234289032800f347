import type { Day } from '#server/lib/days.ts'

/** What a program's software can be told of. `data` holds ids and answers; names and emails come from the API. */
export type WebhookEvents = Readonly<{
  'course.completed': { course: string; version: string; completed_on: Day }
  'certificate.issued': { number: string; course: string }
  'certificate.revoked': { number: string; replaced_by: string | null }
  'clearance.changed': { answer: string; until: Day | null; because: string }
}>

export type WebhookEvent = keyof WebhookEvents

export const webhookEvents: Readonly<Record<WebhookEvent, string>> = {
  'course.completed': 'Someone completed a course',
  'certificate.issued': 'A certificate was issued',
  'certificate.revoked': 'A certificate was revoked or replaced by a corrected one',
  'clearance.changed': 'Someone’s clearance for direct contact changed',
}

export const isWebhookEvent = (text: string): text is WebhookEvent => Object.hasOwn(webhookEvents, text)
