import type { Config } from '#server/config.ts'

export type SettingLine = Readonly<{ name: string; value: string; changes: string }>

/** Every setting of the environment with its value and what it changes. A secret only says whether it is set. */
export function settingLines(config: Config): readonly SettingLine[] {
  const secret = (value: string | undefined) => (value ? 'Set' : 'Not set')
  return [
    line(
      'BASE_URL',
      config.baseUrl,
      'The address that people type and certificates carry. Changing it makes a new signing key.',
    ),
    line(
      'HOST and PORT',
      `${config.host}, ${config.port}`,
      'Where the server listens. Anything but this machine needs an https BASE_URL.',
    ),
    line(
      'TRUSTED_PROXY',
      config.trustedProxy ?? 'Not set',
      'The proxy whose word about a visitor’s address is believed. Without it, everyone behind the proxy shares one sign-in limit.',
    ),
    line(
      'DATABASE_URL',
      secret(config.databaseUrl),
      'A PostgreSQL server of your own. Without it, the embedded one runs in the data folder.',
    ),
    line(
      'DATABASE_POOL',
      String(config.databasePool),
      'How many connections to the database are open at most.',
    ),
    line(
      'DATA_DIR',
      config.dataDir,
      'The folder of the embedded database, the ledger’s heads and, by default, the keys.',
    ),
    line('KEYS_FILE', config.keysFile, 'The file of the signing keys. Keep a copy apart from the database.'),
    line('SMTP_URL', secret(config.smtpUrl), 'The mail server. Without it, links are handed over on paper.'),
    line('MAIL_FROM', config.mailFrom, 'Whom messages come from.'),
    line(
      'LEDGER_HEAD_MAIL',
      config.ledgerHeadMail ?? 'Not set',
      'Who gets the ledger’s signed head each day, to keep outside this machine.',
    ),
    line('ISSUER_NAME', config.issuerName, 'Who issues certificates, as printed on them.'),
    line(
      'SESSION_IDLE_MINUTES',
      String(config.sessionIdleMinutes),
      'A session ends after this many minutes without use.',
    ),
    line('SESSION_HOURS', String(config.sessionHours), 'A session ends after this many hours in any case.'),
    line('COURSES_DIR', config.coursesDir, 'The folder of the courses.'),
    line(
      'DEMO',
      config.demo,
      'no opens set-up instead of the demonstration; public shows the demonstration to everyone, read-only above learner.',
    ),
    line('LOG_LEVEL', config.logLevel, 'How much the server writes to its log.'),
  ]
}

const line = (name: string, value: string, changes: string): SettingLine => ({ name, value, changes })
