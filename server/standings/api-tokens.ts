import { createHash, randomBytes } from 'node:crypto'

/** An API token for a program's software: 192 random bits. Only its hash is stored. */
export const newApiToken = (): string => `sht_${randomBytes(24).toString('base64url')}`

export const apiTokenHash = (token: string): string =>
  createHash('sha256').update(`api:${token}`).digest('hex')

export const tokenPeriods = { '90': '90 days', '180': '180 days', '365': 'A year' } as const

type TokenState = 'works' | 'expired' | 'ended' | 'owner left'

/** Whether a token works, and otherwise why not. */
export function tokenState(
  token: Readonly<{ expires_at: Date; ended_at: Date | null; owner_administers: boolean }>,
  now: Date,
): TokenState {
  if (token.ended_at) return 'ended'
  if (!token.owner_administers) return 'owner left'
  return token.expires_at <= now ? 'expired' : 'works'
}

/** The token in an `Authorization` header. */
export const bearerIn = (authorization: string | undefined): string | null =>
  /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null
