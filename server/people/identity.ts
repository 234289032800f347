/** What an identity provider says of the person who signed in there. */
export type Claims = Readonly<{
  sub: string
  email?: unknown
  email_verified?: unknown
  [name: string]: unknown
}>

/** The email by which an account may be linked: verified by the provider, and of a domain that is its to speak for. */
export function linkableEmail(claims: Claims, domains: readonly string[]): string | null {
  if (typeof claims.email !== 'string' || claims.email_verified !== true) return null
  const email = claims.email.trim().toLowerCase()
  const domain = email.split('@').at(-1) ?? ''
  return domains.some((one) => one.toLowerCase() === domain) ? email : null
}

/** The names of the groups that a provider says a person is in; null where it says nothing of groups. */
export function readGroups(claim: unknown): readonly string[] | null {
  if (claim === undefined || claim === null) return null
  return [claim]
    .flat()
    .filter((one): one is string => typeof one === 'string')
    .slice(0, 1000)
}

/** The provider that speaks for an email's domain. It says nothing of whether the email has an account. */
export const providerOf = <T extends Readonly<{ domains: readonly string[] }>>(
  providers: readonly T[],
  email: string,
): T | undefined => {
  const domain = email.trim().toLowerCase().split('@').at(1) ?? ''
  return providers.find(({ domains }) => domains.some((one) => one.toLowerCase() === domain))
}
