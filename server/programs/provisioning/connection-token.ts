import { createHash, randomBytes } from 'node:crypto'

/** A directory's bearer token: 192 random bits. Only its hash is stored. */
export const newConnectionToken = (): string => `shp_${randomBytes(24).toString('base64url')}`

export const connectionTokenHash = (token: string): string =>
  createHash('sha256').update(`scim:${token}`).digest('hex')

export const tokenPeriods = { '90': '90 days', '180': '180 days', '365': 'A year' } as const
