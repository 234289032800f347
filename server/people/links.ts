import { createHash, randomBytes } from 'node:crypto'

/** A one-time link's secret: 160 random bits. Only its hash is stored. */
export const newToken = (): string => randomBytes(20).toString('base64url')

export const tokenHash = (token: string): string => createHash('sha256').update(`link:${token}`).digest('hex')

/** A name for an account or address in the record of failures that gives neither away. */
export const missSubject = (kind: 'account' | 'address', value: string): string =>
  `${kind}:${createHash('sha256').update(value).digest('hex').slice(0, 32)}`
