import { isLoopback } from '#server/lib/loopback.ts'

/** An OpenID Connect provider, such as an agency's own or login.gov. */
export type IdentityProvider = Readonly<{
  /** A word for the address: `agency` in /sign-in/with/agency. */
  id: string
  /** As the button says: "Sign in with Example County". */
  name: string
  issuer: string
  client_id: string
  client_secret?: string
  /** PKCS #8, RSA: in place of a secret, as login.gov asks for (private_key_jwt). */
  private_key?: string
  /** An account is linked at the first sign-in only if its email, verified by the provider, is of one of these domains. */
  domains: readonly string[]
  /** The claim that names a person's groups; `groups` if absent. Which group gives which role is set on a page. */
  groups_claim?: string
  /** What to ask for besides openid, email and profile, and the assurance level that login.gov wants named. */
  scope?: string
  acr_values?: string
  /** True where the provider itself asks for a second factor each time. */
  has_second_factor?: boolean
}>

type Parsed =
  | Readonly<{ kind: 'providers'; providers: readonly IdentityProvider[] }>
  | Readonly<{ kind: 'refused'; why: string }>

/** Reads the JSON list of providers, as `.env.example` describes it, or says why it is refused, without its secrets. */
export function parseProviders(text: string): Parsed {
  const refused = (why: string) => ({ kind: 'refused', why }) as const
  let providers: IdentityProvider[]
  try {
    providers = JSON.parse(text) as IdentityProvider[]
  } catch {
    return refused('is not a JSON file that can be read.')
  }
  if (!Array.isArray(providers)) return refused('must hold a list.')
  const why = providers.map(providerFault).find((fault) => fault !== null)
  return why ? refused(why) : { kind: 'providers', providers }
}

function providerFault(provider: IdentityProvider): string | null {
  const { id, name, issuer, client_id, client_secret, private_key, domains } = provider
  if (!/^[a-z0-9-]{1,40}$/.test(id ?? '')) return 'needs an id of small letters, digits and dashes for each.'
  if (!name || !client_id || !URL.canParse(issuer)) return `lacks a name, client_id or issuer for ${id}.`
  if (!issuer.startsWith('https:') && !isLoopback(new URL(issuer).hostname))
    return `must name an https issuer for ${id}.`
  if (Boolean(client_secret) === Boolean(private_key))
    return `needs a client_secret or a private_key, not both, for ${id}.`
  if (!Array.isArray(domains)) return `needs a list of domains for ${id}; it may be empty.`
  return null
}
