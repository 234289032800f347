import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import type { Patience } from './db/connection.ts'
import { likelyTypo } from './lib/typos.ts'

export type Config = Readonly<{
  /** Address to listen on. Anything but loopback needs an https BASE_URL. */
  host: string
  port: number
  /** The address that people type and that certificates carry; never taken from a request. */
  baseUrl: string
  /** True where baseUrl is https: secure cookies, HSTS. */
  https: boolean
  /** Folder of the embedded database, the signing keys and the ledger's heads. */
  dataDir: string
  /** Folder of the courses, as courses/README.md describes it. */
  coursesDir: string
  /** A PostgreSQL 15 or later; absent, the embedded one runs. */
  databaseUrl: string | undefined
  databasePool: number
  /** How long the start waits for a database that isn't up yet. */
  databaseStartSeconds: number
  /** How long the service waits for the database before it answers that it is busy. */
  databasePatience: Patience
  /** The service has ended this long after a stop was asked for, whatever is still open. */
  stopSeconds: number
  /** smtp://user:password@host:port; absent, links are shown to be printed. */
  smtpUrl: string | undefined
  mailFrom: string
  /** Who is sent the ledger's signed head each day; absent, it is kept as a file alone. */
  ledgerHeadMail: string | undefined
  /** A port on loopback for the W3C VC-API's test suites; absent, there is none. */
  logLevel: string
  logPretty: boolean
  /** Address of a proxy in front whose X-Forwarded-For is believed; absent, none is. */
  trustedProxy: string | undefined
  /** A session ends after so many minutes without a request, and after so many hours in any case. */
  sessionIdleMinutes: number
  sessionHours: number
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
  /** The version of this program. */
  version: string
  /** Watch files and compile templates at each request. */
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
      `HOST=${host} can be reached from other machines, and passwords must not cross a network in the clear. Put an https proxy in front and set BASE_URL=https://…, or keep HOST=127.0.0.1.`,
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
    issuerName: env.ISSUER_NAME || 'Safe Harbor Training',
    keysFile: path.resolve(env.KEYS_FILE || path.join(dataDir, 'keys.json')),
    lostKeys: (env.LOST_KEYS ?? '').split(/[\s,]+/).filter(Boolean),
    backupDir: env.BACKUP_DIR ? path.resolve(env.BACKUP_DIR) : undefined,
    backupKeep: wholeNumber(env, 'BACKUP_KEEP', 14, 1, 1000),
    backupPassphrase: passphrase(env),
    version: ownVersion(),
    development: env.NODE_ENV === 'development',
  })
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
    throw new ConfigError(`BASE_URL=${text} must start with https:// (or http:// on this machine alone).`)
  if (url.pathname !== '/' || url.search || url.hash)
    throw new ConfigError(`BASE_URL=${text} must be an origin alone, without a path.`)
  return url.origin
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

function passphrase(env: Environment): string | undefined {
  const text = env.BACKUP_PASSPHRASE || undefined
  if (text && text.length < 16)
    throw new ConfigError('BACKUP_PASSPHRASE must have at least 16 letters (its value is not repeated here).')
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
