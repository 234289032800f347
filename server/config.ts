import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import type { Patience } from './db/connection.ts'
import { likelyTypo } from './lib/typos.ts'

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

export type Config = Readonly<{
  /** Address to listen on. Anything but loopback needs an https BASE_URL. */
  host: string
  port: number
  /** The address that people type and that certificates carry; never taken from a request. */
  baseUrl: string
  /** True where baseUrl is https: secure cookies, HSTS. */
  https: boolean
  /** True where people on other machines can reach it: an https address, or a host other than loopback. */
  isReachable: boolean
  /** `auto` fills an empty embedded database on this machine; `no` opens set-up instead; `public` shows the demonstration to everyone. */
  demo: 'auto' | 'no' | 'public'
  /** Folder of the embedded database, the signing keys and the ledger's heads. */
  dataDir: string
  /** Folder of the courses; see courses/README.md. */
  coursesDir: string
  /** PostgreSQL 15 or later. If absent, the embedded one runs. */
  databaseUrl: string | undefined
  databasePool: number
  /** How long the start waits for a database that isn't up yet. */
  databaseStartSeconds: number
  /** How long the service waits for the database before it answers that it is busy. */
  databasePatience: Patience
  /** The service ends this long after it is asked to stop, whatever is still open. */
  stopSeconds: number
  /** smtp://user:password@host:port. If absent, links are shown on screen to be printed. */
  smtpUrl: string | undefined
  mailFrom: string
  /** Gets the ledger's signed head by email each day. If absent, it is only stored as a file. */
  ledgerHeadMail: string | undefined
  /** A port on loopback for the W3C VC-API test suites. If absent, there is none. */
  logLevel: string
  logPretty: boolean
  /** Address of the proxy whose X-Forwarded-For header is trusted. If absent, none is. */
  trustedProxy: string | undefined
  /** Minutes without a request after which a session ends, and the hours after which it always ends. */
  sessionIdleMinutes: number
  sessionHours: number
  /** Whether roles above learner need a second factor to sign in; absent, they do except in the demonstration. */
  secondFactor: 'required' | 'optional' | undefined
  /** Where people can sign in instead of here. */
  identityProviders: readonly IdentityProvider[]
  /** Who issues certificates, as printed. */
  issuerName: string
  /** Ed25519 signing keys, outside the database. */
  keysFile: string
  /** Ids of keys that are lost for good: the start does not ask for them. */
  lostKeys: readonly string[]
  /** Where backups are written every night; absent, none are. */
  backupDir: string | undefined
  /** How many backups are kept. */
  backupKeep: number
  /** Seals the signing keys in a backup. */
  backupPassphrase: string | undefined
  /** How many days someone may be not cleared before the program's administrator hears of it, and the holder's lead. */
  escalation: Readonly<{ administratorDays: number; holderDays: number }>
  /** Whether webhooks may go to loopback and private addresses, and over http. */
  allowsPrivateWebhooks: boolean
  /** Jobs run in this process, or in others started by `npm run worker`. */
  jobs: 'here' | 'apart'
  /** The bearer token that /metrics asks for. Without one, there is no such page. */
  metricsToken: string | undefined
  /** The version of this program. */
  version: string
  /** Watch files and recompile templates on each request. */
  development: boolean
}>

export class ConfigError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads every setting once. A bad value or a misspelled name stops the start and says which and why. */
export function readConfig(environment: Environment): Config {
  // Every name that is asked for is a setting, so that there is no second list to keep.
  const names = new Set<string>()
  const env = new Proxy(environment, {
    get: (target, name) => {
      names.add(String(name))
      return target[String(name)]
    },
  })
  const config = readSettings(env)
  const typo = likelyTypo(Object.keys(environment), names)
  if (typo) throw new ConfigError(`${typo.name} is not a setting. Did you mean ${typo.setting}?`)
  return config
}

function readSettings(env: Environment): Config {
  const host = env.HOST ?? '127.0.0.1'
  const port = wholeNumber(env, 'PORT', 3000, 0, 65535)
  const baseUrl = origin(env.BASE_URL ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`)
  const https = baseUrl.startsWith('https:')
  if (!https && !isLoopback(host))
    throw new ConfigError(
      `HOST=${host} can be reached from other machines, so it needs https to protect passwords. Put an https proxy in front and set BASE_URL=https://…, or keep HOST=127.0.0.1.`,
    )
  if (!https && !isLoopback(new URL(baseUrl).hostname))
    throw new ConfigError(`BASE_URL=${baseUrl} is not https. Only a loopback address may use http.`)
  const dataDir = path.resolve(env.DATA_DIR || 'data')
  const databaseUrl = env.DATABASE_URL || undefined
  if (databaseUrl && !/^postgres(ql)?:\/\//.test(databaseUrl))
    throw new ConfigError('DATABASE_URL must start with postgres:// (its value is not repeated here).')
  const smtpUrl = env.SMTP_URL || undefined
  if (smtpUrl && !/^smtps?:\/\//.test(smtpUrl))
    throw new ConfigError('SMTP_URL must start with smtp:// or smtps:// (its value is not repeated here).')
  const ledgerHeadMail = env.LEDGER_HEAD_MAIL || undefined
  if (ledgerHeadMail && !smtpUrl)
    throw new ConfigError(
      `LEDGER_HEAD_MAIL=${ledgerHeadMail} needs a mail server, and there is none. Set SMTP_URL too.`,
    )
  return Object.freeze({
    host,
    port,
    baseUrl,
    https,
    isReachable: https || !isLoopback(host),
    demo: oneOf(env, 'DEMO', ['auto', 'no', 'public'], 'auto'),
    dataDir,
    coursesDir: existingFolder(env, 'COURSES_DIR', path.join(import.meta.dirname, '../courses')),
    databaseUrl,
    databasePool: wholeNumber(env, 'DATABASE_POOL', 10, 1, 200),
    databaseStartSeconds: wholeNumber(env, 'DATABASE_START_SECONDS', 60, 0, 3600),
    databasePatience: {
      connectionSeconds: wholeNumber(env, 'DATABASE_CONNECTION_SECONDS', 10, 1, 600),
      statementSeconds: wholeNumber(env, 'DATABASE_STATEMENT_SECONDS', 30, 1, 3600),
      lockSeconds: wholeNumber(env, 'DATABASE_LOCK_SECONDS', 10, 1, 600),
      idleTransactionSeconds: wholeNumber(env, 'DATABASE_IDLE_TRANSACTION_SECONDS', 60, 1, 3600),
    },
    stopSeconds: wholeNumber(env, 'STOP_SECONDS', 10, 1, 600),
    smtpUrl,
    ledgerHeadMail,
    mailFrom: env.MAIL_FROM || 'Safe Harbor Training <no-reply@localhost>',
    logLevel: oneOf(env, 'LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'silent'], 'info'),
    logPretty: oneOf(env, 'LOG_FORMAT', ['auto', 'json', 'pretty'], 'auto') === 'pretty',
    trustedProxy: proxies(env),
    sessionIdleMinutes: wholeNumber(env, 'SESSION_IDLE_MINUTES', 60, 5, 720),
    sessionHours: wholeNumber(env, 'SESSION_HOURS', 12, 1, 24),
    secondFactor: env.SECOND_FACTOR
      ? oneOf(env, 'SECOND_FACTOR', ['required', 'optional'], 'required')
      : undefined,
    identityProviders: env.IDENTITY_PROVIDERS ? readProviders(env.IDENTITY_PROVIDERS) : [],
    issuerName: env.ISSUER_NAME || 'Safe Harbor Training',
    keysFile: path.resolve(env.KEYS_FILE || path.join(dataDir, 'keys.json')),
    lostKeys: (env.LOST_KEYS ?? '').split(/[\s,]+/).filter(Boolean),
    backupDir: env.BACKUP_DIR ? path.resolve(env.BACKUP_DIR) : undefined,
    backupKeep: wholeNumber(env, 'BACKUP_KEEP', 14, 1, 1000),
    backupPassphrase: secret(env, 'BACKUP_PASSPHRASE'),
    escalation: {
      administratorDays: wholeNumber(env, 'ESCALATE_TO_ADMINISTRATOR_DAYS', 7, 1, 90),
      holderDays: wholeNumber(env, 'ESCALATE_TO_HOLDER_DAYS', 14, 1, 90),
    },
    allowsPrivateWebhooks: oneOf(env, 'WEBHOOKS_TO_PRIVATE_ADDRESSES', ['no', 'yes'], 'no') === 'yes',
    jobs: jobsPlace(env, databaseUrl),
    metricsToken: secret(env, 'METRICS_TOKEN'),
    version: ownVersion(),
    development: env.NODE_ENV === 'development',
  })
}

/** Settings that work, but maybe not as intended; shown at each start. */
export function configWarnings(config: Pick<Config, 'https' | 'trustedProxy'>): readonly string[] {
  if (config.https && !config.trustedProxy)
    return [
      'BASE_URL is https but TRUSTED_PROXY is not set, so every visitor seems to come from the proxy’s address. Attacks on one account then slow sign-in for everyone on a new device. Set TRUSTED_PROXY to the address of your proxy.',
    ]
  return []
}

function ownVersion(): string {
  const file = path.join(import.meta.dirname, '../package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

function origin(text: string): string {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new ConfigError(`BASE_URL=${text} is not an address such as https://training.example.org.`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new ConfigError(`BASE_URL=${text} must start with https:// (or http:// for a loopback address).`)
  if (url.pathname !== '/' || url.search || url.hash)
    throw new ConfigError(`BASE_URL=${text} must be an origin without a path.`)
  return url.origin
}

/** The file of identity providers, as `.env.example` describes it. Its secrets are not repeated in messages. */
function readProviders(file: string): readonly IdentityProvider[] {
  const refuse = (why: string) => new ConfigError(`IDENTITY_PROVIDERS=${file} ${why}`)
  let providers: IdentityProvider[]
  try {
    providers = JSON.parse(readFileSync(file, 'utf8')) as IdentityProvider[]
  } catch {
    throw refuse('is not a JSON file that can be read.')
  }
  if (!Array.isArray(providers)) throw refuse('must hold a list.')
  for (const { id, name, issuer, client_id, client_secret, private_key, domains } of providers) {
    if (!/^[a-z0-9-]{1,40}$/.test(id ?? ''))
      throw refuse('needs an id of small letters, digits and dashes for each.')
    if (!name || !client_id || !URL.canParse(issuer))
      throw refuse(`lacks a name, client_id or issuer for ${id}.`)
    if (!issuer.startsWith('https:') && !isLoopback(new URL(issuer).hostname))
      throw refuse(`must name an https issuer for ${id}.`)
    if (Boolean(client_secret) === Boolean(private_key))
      throw refuse(`needs a client_secret or a private_key, not both, for ${id}.`)
    if (!Array.isArray(domains)) throw refuse(`needs a list of domains for ${id}; it may be empty.`)
  }
  return providers
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

function existingFolder(env: Environment, name: string, fallback: string): string {
  const folder = path.resolve(env[name] || fallback)
  if (!existsSync(folder)) throw new ConfigError(`${name}=${folder} does not exist.`)
  return folder
}

/** Addresses, or networks such as 10.0.0.0/8, with commas between them. */
function proxies(env: Environment): string | undefined {
  const text = env.TRUSTED_PROXY || undefined
  const isProxy = (one: string) => {
    const [address = '', bits, ...rest] = one.trim().split('/')
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
    if (bits === undefined) return most > 0
    return rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most
  }
  if (text && !text.split(',').every(isProxy))
    throw new ConfigError(
      `TRUSTED_PROXY=${text} must be the proxy's IP address or network, such as 127.0.0.1 or 10.0.0.0/8.`,
    )
  return text
}

function jobsPlace(env: Environment, databaseUrl: string | undefined): 'here' | 'apart' {
  const jobs = oneOf(env, 'JOBS', ['here', 'apart'], 'here')
  if (jobs === 'apart' && !databaseUrl)
    throw new ConfigError('JOBS=apart needs DATABASE_URL: only one process can use the embedded database.')
  return jobs
}

function secret(env: Environment, name: string): string | undefined {
  const text = env[name] || undefined
  if (text && text.length < 16)
    throw new ConfigError(`${name} must have at least 16 letters (its value is not repeated here).`)
  return text
}

function wholeNumber(env: Environment, name: string, fallback: number, least: number, most: number): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value > most)
    throw new ConfigError(`${name}=${text} must be a whole number from ${least} to ${most}.`)
  return value
}

function oneOf<T extends string>(env: Environment, name: string, choices: readonly T[], fallback: T): T {
  const text = env[name] || fallback
  const found = choices.find((choice) => choice === text)
  if (!found) throw new ConfigError(`${name}=${text} must be one of ${choices.join(', ')}.`)
  return found
}
