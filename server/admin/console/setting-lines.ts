import type { Config } from '#server/config.ts'

/** A setting of the environment. The console, `.env.example` and docs/settings.md are all written from this list. */
type Setting = Readonly<{
  name: string
  group: string
  /** What holds where it is not set. */
  fallback?: string
  /** How a value looks, where there is none to fall back on. */
  example?: string
  changes: string
  /** What holds now. A secret only says whether it is set. */
  value: (config: Config) => string
}>

const set = (value: unknown) => (value ? 'Set' : 'Not set')

export const settingList: readonly Setting[] = [
  {
    name: 'HOST',
    group: 'Address',
    fallback: '127.0.0.1',
    changes:
      'Where the server listens. Anything but loopback needs an https BASE_URL, with a proxy in front that ends TLS.',
    value: ({ host }) => host,
  },
  {
    name: 'PORT',
    group: 'Address',
    fallback: '3000',
    changes: 'The port it listens on.',
    value: ({ port }) => String(port),
  },
  {
    name: 'WEB_CONCURRENCY',
    group: 'Address',
    fallback: '1',
    changes:
      'How many processes serve pages on this machine, under one address; about one for each processor core. Each takes DATABASE_POOL connections; the first also runs the jobs. Needs DATABASE_URL.',
    value: ({ webProcesses }) => String(webProcesses),
  },
  {
    name: 'BASE_URL',
    group: 'Address',
    example: 'https://training.example.org',
    changes:
      'The address that people type and certificates carry, so choose it for good. Changing it makes a new signing key.',
    value: ({ baseUrl }) => baseUrl,
  },
  {
    name: 'TRUSTED_PROXY',
    group: 'Address',
    example: '127.0.0.1',
    changes:
      'The proxy whose X-Forwarded-For header is trusted: addresses or networks, separated by commas. Without it, everyone behind the proxy shares one sign-in limit.',
    value: ({ trustedProxy }) => trustedProxy ?? 'Not set',
  },
  {
    name: 'DATA_DIR',
    group: 'Data',
    fallback: 'data',
    changes: 'The folder of the embedded database, the ledger’s heads and, by default, the signing keys.',
    value: ({ dataDir }) => dataDir,
  },
  {
    name: 'COURSES_DIR',
    group: 'Data',
    example: 'courses',
    changes: 'The folder of the courses; the project’s own by default.',
    value: ({ coursesDir }) => coursesDir,
  },
  {
    name: 'CACHE_DIR',
    group: 'Data',
    example: '/var/cache/safe-harbor',
    changes:
      'The folder for what a start can make again, such as the rendered courses, the style sheets and the compiled code; `cache` in `DATA_DIR` by default.',
    value: ({ cacheDir }) => cacheDir,
  },
  {
    name: 'DEMO',
    group: 'Data',
    fallback: 'auto',
    changes:
      'auto fills an empty embedded database on this machine with the demonstration. no opens set-up instead. public shows a database that holds the demonstration to everyone, read-only for every role above learner.',
    value: ({ demo }) => demo,
  },
  {
    name: 'DATABASE_URL',
    group: 'Database',
    example: 'postgres://user:password@127.0.0.1:5432/safe_harbor',
    changes:
      'A PostgreSQL 15 or later in place of the embedded one. It is never filled with the demonstration. The service works in the role that this names: give it one that can’t change evidence, with DATABASE_ADMIN_URL (docs/operations.md). Behind PgBouncer in transaction mode, add ?pgbouncer=true (docs/operations.md).',
    value: ({ databaseUrl }) => set(databaseUrl),
  },
  {
    name: 'DATABASE_ADMIN_URL',
    group: 'Database',
    example: 'postgres://owner:password@127.0.0.1:5432/safe_harbor',
    changes:
      'The owner of that database, for npm run migrate and npm run restore alone: leave it out of the service’s own environment. npm run migrate makes the role that DATABASE_URL names and gives it what the service needs: it can add evidence, but not change or remove it.',
    value: ({ databaseAdminUrl }) => set(databaseAdminUrl),
  },
  {
    name: 'DATABASE_REPLICA_URL',
    group: 'Database',
    example: 'postgres://user:password@127.0.0.2:5432/safe_harbor',
    changes:
      'A streaming replica of that database. Licensing’s search and overview, and downloads of hours and requirements, read there; clearance, a person’s status and all that decides never do. Without it, the database at DATABASE_URL reads everything.',
    value: ({ databaseReplicaUrl }) => set(databaseReplicaUrl),
  },
  {
    name: 'DATABASE_REPLICA_SECONDS',
    group: 'Database',
    fallback: '30',
    changes:
      'How far the replica may be behind. Pages read there say as of when; one that is further behind, or down, is left alone until it has caught up.',
    value: ({ databaseReplicaSeconds }) => String(databaseReplicaSeconds),
  },
  {
    name: 'DATABASE_POOL',
    group: 'Database',
    fallback: '10',
    changes:
      'How many connections to the database are open at most. The job queue needs 3 more, and the start 2. More than the server has stops the start.',
    value: ({ databasePool }) => String(databasePool),
  },
  {
    name: 'DATABASE_START_SECONDS',
    group: 'Database',
    fallback: '60',
    changes: 'How long the start waits for a database that isn’t up yet.',
    value: ({ databaseStartSeconds }) => String(databaseStartSeconds),
  },
  {
    name: 'DATABASE_CONNECTION_SECONDS',
    group: 'Database',
    fallback: '10',
    changes:
      'How long a request waits for a free connection. After that, the page says that the service is busy.',
    value: ({ databasePatience }) => String(databasePatience.connectionSeconds),
  },
  {
    name: 'DATABASE_LOCK_SECONDS',
    group: 'Database',
    fallback: '10',
    changes: 'How long a request waits for a lock.',
    value: ({ databasePatience }) => String(databasePatience.lockSeconds),
  },
  {
    name: 'DATABASE_STATEMENT_SECONDS',
    group: 'Database',
    fallback: '30',
    changes: 'How long a request waits for a statement’s result.',
    value: ({ databasePatience }) => String(databasePatience.statementSeconds),
  },
  {
    name: 'DATABASE_IDLE_TRANSACTION_SECONDS',
    group: 'Database',
    fallback: '60',
    changes: 'How long an open transaction may wait for its next statement.',
    value: ({ databasePatience }) => String(databasePatience.idleTransactionSeconds),
  },
  {
    name: 'STOP_SECONDS',
    group: 'Database',
    fallback: '10',
    changes: 'The service ends this many seconds after it is asked to stop, whatever is still open.',
    value: ({ stopSeconds }) => String(stopSeconds),
  },
  {
    name: 'KEYS_FILE',
    group: 'Keys',
    example: 'data/keys.json',
    changes:
      'The keys that sign certificates, created at the first start. Readable only by the service, and kept apart from the database and its backups. Servers that share a database share this file.',
    value: ({ keysFile }) => keysFile,
  },
  {
    name: 'LOST_KEYS',
    group: 'Keys',
    example: 'did:web:training.example.org#z6Mk…',
    changes:
      'The start asks for every key that signed a certificate. Name here those that are lost for good, with commas between them.',
    value: ({ lostKeys }) => lostKeys.join(', ') || 'None',
  },
  {
    name: 'BACKUP_DIR',
    group: 'Backups',
    example: '/var/backups/safe-harbor',
    changes:
      'Where a backup is written every night at 3:20 Central time, one file each. Put the folder on another disk.',
    value: ({ backupDir }) => backupDir ?? 'Not set',
  },
  {
    name: 'BACKUP_KEEP',
    group: 'Backups',
    fallback: '14',
    changes: 'How many backups are kept. The oldest beyond that are removed.',
    value: ({ backupKeep }) => String(backupKeep),
  },
  {
    name: 'BACKUP_PASSPHRASE',
    group: 'Backups',
    example: '',
    changes:
      'Seals the signing keys in a backup. Without it they are left out. Keep it where the backups are not.',
    value: ({ backupPassphrase }) => set(backupPassphrase),
  },
  {
    name: 'JOBS',
    group: 'Jobs and messages',
    fallback: 'here',
    changes:
      'here runs background jobs in the web process; apart leaves them to processes started by npm run worker.',
    value: ({ jobs }) => jobs,
  },
  {
    name: 'METRICS_TOKEN',
    group: 'Jobs and messages',
    example: '',
    changes: 'The bearer token with which Prometheus reads /metrics; at least 16 letters.',
    value: ({ metricsToken }) => set(metricsToken),
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    group: 'Jobs and messages',
    example: 'http://127.0.0.1:4318',
    changes:
      'Where OpenTelemetry traces and metrics go, by OTLP over HTTP. They name routes and request codes, never people or addresses. OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES and OTEL_EXPORTER_OTLP_HEADERS work, too.',
    value: ({ telemetryEndpoint }) => telemetryEndpoint ?? 'Not set',
  },
  {
    name: 'ESCALATE_TO_ADMINISTRATOR_DAYS',
    group: 'Jobs and messages',
    fallback: '7',
    changes:
      'After so many days, the program’s administrators get a message about someone who is not cleared.',
    value: ({ escalation }) => String(escalation.administratorDays),
  },
  {
    name: 'ESCALATE_TO_HOLDER_DAYS',
    group: 'Jobs and messages',
    fallback: '14',
    changes: 'After so many days, the license holder’s administrators get it too.',
    value: ({ escalation }) => String(escalation.holderDays),
  },
  {
    name: 'LINK_CHECKS',
    group: 'Jobs and messages',
    fallback: 'auto',
    changes:
      'Whether a nightly job asks the sites that the Resources page links to whether the page is still there, each about once a week. auto does so where people on other machines can reach this server. no never does, such as in a closed network.',
    value: ({ checksLinks }) => (checksLinks ? 'yes' : 'no'),
  },
  {
    name: 'WEBHOOKS_TO_PRIVATE_ADDRESSES',
    group: 'Jobs and messages',
    fallback: 'no',
    changes:
      'Programs’ webhooks go to public https addresses alone. yes allows private addresses and http, such as in a closed network.',
    value: ({ allowsPrivateWebhooks }) => (allowsPrivateWebhooks ? 'yes' : 'no'),
  },
  {
    name: 'SMTP_URL',
    group: 'Email',
    example: 'smtp://user:password@127.0.0.1:587',
    changes: 'The mail server. Without it, links are shown to the administrator who asked for them.',
    value: ({ smtpUrl }) => set(smtpUrl),
  },
  {
    name: 'MAIL_FROM',
    group: 'Email',
    example: 'Safe Harbor Training <no-reply@training.example.org>',
    changes: 'Who messages come from.',
    value: ({ mailFrom }) => mailFrom,
  },
  {
    name: 'LEDGER_HEAD_MAIL',
    group: 'Email',
    example: 'records@example.org',
    changes:
      'Gets the ledger’s signed head by email each day, to store where no one at this installation can change it. With it, npm run ledger:check -- --head FILE finds any later change. Without it, heads are only stored in DATA_DIR/ledger-heads.',
    value: ({ ledgerHeadMail }) => ledgerHeadMail ?? 'Not set',
  },
  {
    name: 'WITNESSES',
    group: 'Certificates',
    example: 'other.example.org/witness+0123abcd+BA… https://other.example.org/witness',
    changes:
      'Other installations that cosign the ledger’s heads (C2SP tlog-witness), with commas between them: the verifier key from their /witness/key, a space, and their address. If one has seen a history that this ledger does not continue, no head is published and the record is under review.',
    value: ({ witnesses }) => witnesses.map(({ key }) => key.name).join(', ') || 'Not set',
  },
  {
    name: 'WITNESSED_LOGS',
    group: 'Certificates',
    example: 'other.example.org/ledger+0123abcd+AT…',
    changes:
      'Ledgers of other installations that this one cosigns, with commas between them: the verifier keys from their /ledger/keys. A new key of theirs has to be added.',
    value: ({ witnessedLogs }) => witnessedLogs.map(({ name }) => name).join(', ') || 'Not set',
  },
  {
    name: 'SESSION_IDLE_MINUTES',
    group: 'Sign-in',
    fallback: '60',
    changes: 'A session ends after this many minutes without a request.',
    value: ({ sessionIdleMinutes }) => String(sessionIdleMinutes),
  },
  {
    name: 'SESSION_HOURS',
    group: 'Sign-in',
    fallback: '12',
    changes: 'A session ends after this many hours in any case.',
    value: ({ sessionHours }) => String(sessionHours),
  },
  {
    name: 'SECOND_FACTOR',
    group: 'Sign-in',
    example: 'required',
    changes:
      'Whether roles above learner need a passkey or an authenticator app besides the password: required or optional. Required unless this is the demonstration.',
    value: ({ secondFactor }) => secondFactor ?? 'Required, except in the demonstration',
  },
  {
    name: 'IDENTITY_PROVIDERS',
    group: 'Sign-in',
    example: 'identity-providers.json',
    changes:
      'Single sign-on: a JSON file with a list of OpenID Connect providers, readable by the service alone. Each has id, name, issuer, client_id, client_secret (or private_key for private_key_jwt), domains, and has_second_factor; optional are groups_claim, scope and acr_values (login.gov). At each provider, register the address BASE_URL/sign-in/with/ID/callback.',
    value: ({ identityProviders }) => identityProviders.map(({ name }) => name).join(', ') || 'Not set',
  },
  {
    name: 'UPLOADS_PER_ACCOUNT',
    group: 'Limits',
    fallback: '60',
    changes:
      'How many forms with files one account may send in 10 minutes, in each web process. Without an account, one address. A roster import of 20,000 rows is one.',
    value: ({ uploads }) => String(uploads.perAccount),
  },
  {
    name: 'UPLOADS_PER_ADDRESS',
    group: 'Limits',
    fallback: '600',
    changes:
      'The same for all accounts at one address, which an office may share. Without TRUSTED_PROXY, everyone behind the proxy shares one.',
    value: ({ uploads }) => String(uploads.perAddress),
  },
  {
    name: 'API_PER_TOKEN',
    group: 'Limits',
    fallback: '120',
    changes:
      'How many requests a minute one program’s token may make, in each web process. A directory’s token may make as many as an address.',
    value: ({ api }) => String(api.perAccount),
  },
  {
    name: 'API_PER_ADDRESS',
    group: 'Limits',
    fallback: '1200',
    changes: 'The same for all tokens at one address, such as a vendor’s server that asks for many programs.',
    value: ({ api }) => String(api.perAddress),
  },
  {
    name: 'ISSUER_NAME',
    group: 'Certificates',
    fallback: 'Safe Harbor Training',
    changes: 'Who issues certificates, as printed on them.',
    value: ({ issuerName }) => issuerName,
  },
  {
    name: 'LOG_LEVEL',
    group: 'Log',
    fallback: 'info',
    changes: 'How much the server writes to its log: fatal, error, warn, info, debug or silent.',
    value: ({ logLevel }) => logLevel,
  },
  {
    name: 'LOG_FORMAT',
    group: 'Log',
    fallback: 'auto',
    changes: 'auto writes JSON, or readable lines on a terminal. json or pretty chooses one.',
    value: ({ logPretty }) => (logPretty ? 'pretty' : 'auto'),
  },
]

type SettingLine = Readonly<{ name: string; value: string; changes: string }>

/** Every setting of the environment with its value and what it changes. */
export const settingLines = (config: Config): readonly SettingLine[] =>
  settingList.map(({ name, value, changes }) => ({ name, value: value(config), changes }))

/** `.env.example`, and the same as a page of the documentation. */
export function environmentExample(): string {
  const head =
    '# Every setting with its default. Copy to .env and change what you need. Environment variables override the file.\n# Written by npm run settings.\n'
  const lines = settingList.map((setting, at) => {
    const isFirst = settingList[at - 1]?.group !== setting.group
    const title = isFirst ? `\n# --- ${setting.group} ---\n` : ''
    const line =
      setting.fallback === undefined
        ? `#${setting.name}=${setting.example ?? ''}`
        : `${setting.name}=${setting.fallback}`
    return `${title}${wrapped(setting.changes)}\n${line}\n`
  })
  return `${head}${lines.join('')}`
}

export function settingsPage(): string {
  const rows = settingList.map(({ name, fallback, example, changes }) => {
    const value = fallback ? `\`${fallback}\`` : example ? `not set; such as \`${example}\`` : 'not set'
    return `| \`${name}\` | ${value} | ${changes} |`
  })
  return `# Settings

<!-- Written by npm run settings. -->
Set these in the environment or in \`.env\`. A change takes effect when the server starts again. **Console → Settings** shows
what holds now.

| Setting | Default | What it changes |
|---|---|---|
${rows.join('\n')}
`
}

function wrapped(text: string, width = 118): string {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`
    if (longer.length > width) lines.push(` ${word}`)
    else lines[lines.length - 1] = longer
  }
  return lines.map((line) => `#${line}`).join('\n')
}
