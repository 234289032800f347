import { type TProperties, Type } from 'typebox'
import { type WebhookEvent, webhookEvents } from './events.ts'

const day = (description: string) => Type.String({ description: `${description}, a day such as 2026-03-15` })
const orNull = <T extends ReturnType<typeof Type.String>>(type: T) => Type.Union([type, Type.Null()])

const dataOf: Readonly<Record<WebhookEvent, TProperties>> = {
  'course.completed': {
    course: Type.String(),
    version: Type.String(),
    completed_on: day('When it was completed'),
  },
  'certificate.issued': { number: Type.String(), course: Type.String({ description: 'The course’s title' }) },
  'certificate.revoked': {
    number: Type.String(),
    replaced_by: orNull(Type.String({ description: 'The corrected certificate, if there is one' })),
  },
  'clearance.changed': {
    answer: Type.String({ description: 'yes, no or unknown; never yes while on leave' }),
    until: orNull(day('The last day of this answer, if it ends by itself')),
    because: Type.String(),
  },
}

/** Each webhook as OpenAPI 3.1 describes it. */
export const webhookDescriptions = () =>
  Object.fromEntries(
    (Object.keys(webhookEvents) as WebhookEvent[]).map((event) => [
      event,
      {
        post: {
          tags: ['Webhooks'],
          summary: webhookEvents[event],
          description:
            'Signed as Standard Webhooks describe: headers webhook-id, webhook-timestamp and webhook-signature.',
          requestBody: { required: true, content: { 'application/json': { schema: bodyOf(event) } } },
          responses: {
            '2XX': { description: 'Accepted' },
            default: { description: 'Sent again later, under the same webhook-id' },
          },
        },
      },
    ]),
  )

const bodyOf = (event: WebhookEvent) =>
  Type.Object({
    type: Type.Literal(event),
    timestamp: Type.String({ format: 'date-time' }),
    data: Type.Object({
      program_id: Type.String(),
      person_id: Type.String({ description: 'The id in GET /api/clearance' }),
      employee_id: orNull(Type.String()),
      ...dataOf[event],
    }),
  })
