import { createHmac } from 'node:crypto'

/** The headers of Standard Webhooks (standardwebhooks.com), version v1: HMAC-SHA256 over id, time and body. */
export function signedHeaders(secret: string, id: string, body: string, now: Date): Record<string, string> {
  const seconds = Math.floor(now.getTime() / 1000)
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  }
}
