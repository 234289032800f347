import { createHash, randomBytes } from 'node:crypto'

/** A one-time link's secret: 160 random bits. Only its hash is stored. */
export const newToken = (): string => randomBytes(20).toString('base64url')

export const tokenHash = (token: string): string => createHash('sha256').update(`link:${token}`).digest('hex')
