/** What an identity provider says of the person who signed in there. */
export type Claims = Readonly<{ sub: string; email?: unknown; email_verified?: unknown }>

/** The email by which an account may be linked: verified by the provider, and of a domain that is its to speak for. */
export function linkableEmail(claims: Claims, domains: readonly string[]): string | null {
  if (typeof claims.email !== 'string' || claims.email_verified !== true) return null
  const email = claims.email.trim().toLowerCase()
  const domain = email.split('@').at(-1) ?? ''
  return domains.some((one) => one.toLowerCase() === domain) ? email : null
}
