import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { WitnessSetting } from './certificates/credentials/witnesses.actions.ts'
import type { Patience } from './db/connection.ts'
import {
  ConfigError,
  type Environment,
  existingFolder,
  httpAddress,
  oneOf,
  origin,
  proxies,
  secret,
  wholeNumber,
} from './environment.ts'
import { readVerifierKey, type VerifierKey } from './ledger/signed-note.ts'
import { isLoopback } from './lib/loopback.ts'
import { likelyTypo } from './lib/typos.ts'
import { type IdentityProvider, parseProviders } from './people/identity-providers.ts'
import type { Allowed } from './web/request-limits.ts'

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
  /** What can be made again, such as the rendered courses. */
  cacheDir: string
  /** PostgreSQL 15 or later. If absent, the embedded one runs. */
  databaseUrl: string | undefined
  /** The owner of that database, for migrations and restores alone. */
  databaseAdminUrl: string | undefined
  /** A streaming replica of that database, for lists and exports; and how many seconds it may be behind. */
  databaseReplicaUrl: string | undefined
  databaseReplicaSeconds: number
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
  /** Other installations that cosign the ledger's heads, and the ledgers of others that this one cosigns. */
  witnesses: readonly WitnessSetting[]
  witnessedLogs: readonly VerifierKey[]
  logLevel: string
  logPretty: boolean
  /** Address of the proxy whose X-Forwarded-For header is trusted. If absent, none is. */
  trustedProxy: string | undefined
  /** Minutes without a request after which a session ends, and the hours after which it always ends. */
  sessionIdleMinutes: number
  sessionHours: number
  /** Whether roles above learner need a second factor to sign in; absent, they do except in the demonstration. */
  secondFactor: 'required' | 'optional' | undefined
  /** Forms with files in 10 minutes, and requests with an API token in a minute. */
  uploads: Allowed
  api: Allowed
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
  /** Whether a job asks the sites that the Resources page links to whether the page is still there. */
  checksLinks: boolean
  /** How many processes serve pages on this machine, under one address. */
  webProcesses: number
  /** Jobs run in this process, or in others started by `npm run worker`. */
  jobs: 'here' | 'apart'
  /** Where OpenTelemetry traces and metrics go. Without it, none are made and nothing is loaded. */
  telemetryEndpoint: string | undefined
  /** The bearer token that /metrics asks for. Without one, there is no such page. */
  metricsToken: string | undefined
  /** The version of this program. */
  version: string
  /** Watch files and recompile templates on each request. */
  development: boolean
}>

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
  const dataDir = path.resolve(env.DATA_DIR || 'data')
  return Object.freeze({
    ...addressSettings(env),
    ...databaseSettings(env),
    ...mailSettings(env),
    ...signInSettings(env),
    ...requestSettings(env),
    ...backupSettings(env),
    demo: oneOf(env, 'DEMO', ['auto', 'no', 'public'], 'auto'),
    dataDir,
    cacheDir: path.resolve(env.CACHE_DIR || path.join(dataDir, 'cache')),
    coursesDir: existingFolder(env, 'COURSES_DIR', path.join(import.meta.dirname, '../courses')),
    stopSeconds: wholeNumber(env, 'STOP_SECONDS', 10, 1, 600),
    logLevel: oneOf(env, 'LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'silent'], 'info'),
    logPretty: oneOf(env, 'LOG_FORMAT', ['auto', 'json', 'pretty'], 'auto') === 'pretty',
    issuerName: env.ISSUER_NAME || 'Safe Harbor Training',
    keysFile: path.resolve(env.KEYS_FILE || path.join(dataDir, 'keys.json')),
    lostKeys: (env.LOST_KEYS ?? '').split(/[\s,]+/).filter(Boolean),
    escalation: {
      administratorDays: wholeNumber(env, 'ESCALATE_TO_ADMINISTRATOR_DAYS', 7, 1, 90),
      holderDays: wholeNumber(env, 'ESCALATE_TO_HOLDER_DAYS', 14, 1, 90),
    },
    ...witnessSettings(env),
    allowsPrivateWebhooks: oneOf(env, 'WEBHOOKS_TO_PRIVATE_ADDRESSES', ['no', 'yes'], 'no') === 'yes',
    metricsToken: secret(env, 'METRICS_TOKEN'),
    telemetryEndpoint: httpAddress(env, 'OTEL_EXPORTER_OTLP_ENDPOINT'),
    version: ownVersion(),
    development: env.NODE_ENV === 'development',
  })
}

function addressSettings(env: Environment) {
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
  const isReachable = https || !isLoopback(host)
  const links = oneOf(env, 'LINK_CHECKS', ['auto', 'yes', 'no'], 'auto')
  const checksLinks = links === 'auto' ? isReachable : links === 'yes'
  return { host, port, baseUrl, https, isReachable, checksLinks, trustedProxy: proxies(env) }
}

function databaseSettings(env: Environment) {
  const databaseUrl = env.DATABASE_URL || undefined
  if (databaseUrl && !/^postgres(ql)?:\/\//.test(databaseUrl))
    throw new ConfigError('DATABASE_URL must start with postgres:// (its value is not repeated here).')
  const databaseAdminUrl = env.DATABASE_ADMIN_URL || undefined
  if (databaseAdminUrl) checkAdminUrl(databaseAdminUrl, databaseUrl)
  const databaseReplicaUrl = env.DATABASE_REPLICA_URL || undefined
  if (databaseReplicaUrl) checkReplicaUrl(databaseReplicaUrl, databaseUrl)
  const jobs = oneOf(env, 'JOBS', ['here', 'apart'], 'here')
  if (jobs === 'apart' && !databaseUrl)
    throw new ConfigError('JOBS=apart needs DATABASE_URL: only one process can use the embedded database.')
  const webProcesses = wholeNumber(env, 'WEB_CONCURRENCY', 1, 1, 64)
  if (webProcesses > 1 && !databaseUrl)
    throw new ConfigError(
      'WEB_CONCURRENCY above 1 needs DATABASE_URL: only one process can use the embedded database.',
    )
  return {
    databaseUrl,
    databaseAdminUrl,
    databaseReplicaUrl,
    databaseReplicaSeconds: wholeNumber(env, 'DATABASE_REPLICA_SECONDS', 30, 1, 3600),
    databasePool: wholeNumber(env, 'DATABASE_POOL', 10, 1, 200),
    databaseStartSeconds: wholeNumber(env, 'DATABASE_START_SECONDS', 60, 0, 3600),
    databasePatience: {
      connectionSeconds: wholeNumber(env, 'DATABASE_CONNECTION_SECONDS', 10, 1, 600),
      statementSeconds: wholeNumber(env, 'DATABASE_STATEMENT_SECONDS', 30, 1, 3600),
      lockSeconds: wholeNumber(env, 'DATABASE_LOCK_SECONDS', 10, 1, 600),
      idleTransactionSeconds: wholeNumber(env, 'DATABASE_IDLE_TRANSACTION_SECONDS', 60, 1, 3600),
    },
    jobs,
    webProcesses,
  }
}

function checkAdminUrl(adminUrl: string, serviceUrl: string | undefined): void {
  if (!/^postgres(ql)?:\/\//.test(adminUrl))
    throw new ConfigError('DATABASE_ADMIN_URL must start with postgres:// (its value is not repeated here).')
  if (!serviceUrl)
    throw new ConfigError('DATABASE_ADMIN_URL needs DATABASE_URL, the address for the service.')
  const { username } = new URL(serviceUrl)
  if (!username)
    throw new ConfigError('With DATABASE_ADMIN_URL, DATABASE_URL must name the role of the service.')
  if (new URL(adminUrl).username === username)
    throw new ConfigError(
      `DATABASE_ADMIN_URL and DATABASE_URL name the same role, ${username}. Give the service a role of its own: npm run migrate makes it.`,
    )
}

function checkReplicaUrl(replicaUrl: string, serviceUrl: string | undefined): void {
  if (!/^postgres(ql)?:\/\//.test(replicaUrl))
    throw new ConfigError(
      'DATABASE_REPLICA_URL must start with postgres:// (its value is not repeated here).',
    )
  if (!serviceUrl)
    throw new ConfigError('DATABASE_REPLICA_URL needs DATABASE_URL, the database that it is a replica of.')
  if (replicaUrl === serviceUrl)
    throw new ConfigError(
      'DATABASE_REPLICA_URL and DATABASE_URL are the same address. Name a replica, or none.',
    )
}

function mailSettings(env: Environment) {
  const smtpUrl = env.SMTP_URL || undefined
  if (smtpUrl && !/^smtps?:\/\//.test(smtpUrl))
    throw new ConfigError('SMTP_URL must start with smtp:// or smtps:// (its value is not repeated here).')
  const ledgerHeadMail = env.LEDGER_HEAD_MAIL || undefined
  if (ledgerHeadMail && !smtpUrl)
    throw new ConfigError(
      `LEDGER_HEAD_MAIL=${ledgerHeadMail} needs a mail server, and there is none. Set SMTP_URL too.`,
    )
  return { smtpUrl, ledgerHeadMail, mailFrom: env.MAIL_FROM || 'Safe Harbor Training <no-reply@localhost>' }
}

function witnessSettings(env: Environment) {
  const listOf = (text: string | undefined) => (text ?? '').split(',').flatMap((one) => one.trim() || [])
  return {
    witnesses: listOf(env.WITNESSES).map((text) => {
      const [vkey = '', url = ''] = text.split(/\s+/)
      const key = readVerifierKey(vkey)
      if (key?.role !== 'witness' || !/^https?:\/\/[^\s]+[^/]$/.test(url))
        throw new ConfigError(
          `WITNESSES: “${text}” is not a witness’s verifier key, a space and its address without a slash at its end.`,
        )
      return { key, url }
    }),
    witnessedLogs: listOf(env.WITNESSED_LOGS).map((text) => {
      const key = readVerifierKey(text)
      if (key?.role !== 'log')
        throw new ConfigError(`WITNESSED_LOGS: “${text}” is not a ledger’s verifier key.`)
      return key
    }),
  }
}

function signInSettings(env: Environment) {
  return {
    sessionIdleMinutes: wholeNumber(env, 'SESSION_IDLE_MINUTES', 60, 5, 720),
    sessionHours: wholeNumber(env, 'SESSION_HOURS', 12, 1, 24),
    secondFactor: env.SECOND_FACTOR
      ? oneOf(env, 'SECOND_FACTOR', ['required', 'optional'], 'required')
      : undefined,
    identityProviders: env.IDENTITY_PROVIDERS ? readProviders(env.IDENTITY_PROVIDERS) : [],
  }
}

function requestSettings(env: Environment) {
  const allowed = (name: string, account: string, perAccount: number, perAddress: number) => ({
    perAccount: wholeNumber(env, `${name}_PER_${account}`, perAccount, 1, 1_000_000),
    perAddress: wholeNumber(env, `${name}_PER_ADDRESS`, perAddress, 1, 1_000_000),
  })
  return { uploads: allowed('UPLOADS', 'ACCOUNT', 60, 600), api: allowed('API', 'TOKEN', 120, 1200) }
}

function readProviders(file: string): readonly IdentityProvider[] {
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    // An empty text is refused below, with the name of the file.
  }
  const read = parseProviders(text)
  if (read.kind === 'refused') throw new ConfigError(`IDENTITY_PROVIDERS=${file} ${read.why}`)
  return read.providers
}

function backupSettings(env: Environment) {
  return {
    backupDir: env.BACKUP_DIR ? path.resolve(env.BACKUP_DIR) : undefined,
    backupKeep: wholeNumber(env, 'BACKUP_KEEP', 14, 1, 1000),
    backupPassphrase: secret(env, 'BACKUP_PASSPHRASE'),
  }
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
