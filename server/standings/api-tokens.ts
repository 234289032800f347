import { createHash, randomBytes } from 'node:crypto'

/** An API token for a program's software: 192 random bits. Only its hash is stored. */
export const newApiToken = (): string => `sht_${randomBytes(24).toString('base64url')}`

export const apiTokenHash = (token: string): string =>
  createHash('sha256').update(`api:${token}`).digest('hex')
