import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Unreadable } from './errors.ts'

/** PostgreSQL can't store U+0000, and no one types it. Requests that contain it are refused before any handler runs. */
export const refuseNul = fp(async (app: FastifyInstance) => {
  app.addHook('preValidation', ({ params, query, body, headers }, _reply, done) => {
    done(hasNul([params, query, body, headers]) ? new Unreadable('U+0000') : undefined)
  })
})

export function hasNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  return Object.entries(value).some(([name, one]) => name.includes('\0') || hasNul(one))
}

/** An address that can't be decoded, or that has an overlong part, becomes one that no page has. */
export const readableAddress = (url: string): string => (isReadable(url) ? url : '/address-that-no-page-has')

function isReadable(url: string): boolean {
  const path = url.split('?', 1)[0]!
  try {
    decodeURIComponent(path)
  } catch {
    return false
  }
  // The API answers an overlong code in its own words.
  return path.startsWith('/api/') || path.split('/').every((part) => part.length <= mostOfAPart)
}

export const mostOfAPart = 300
