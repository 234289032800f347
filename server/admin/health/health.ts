import type { MailHealth } from '#server/admin/mail/mail-log.queries.ts'
import type { BackupSetting, LedgerCheck, MailSetting } from '#server/admin/setup/settings.queries.ts'
import type { LastBackup } from '#server/backup/last-backup.ts'
import type { PublishedKey } from '#server/certificates/credentials/keys.ts'
import { count, instant, day as longDay, number } from '#server/web/words.ts'
import type { DatabaseHealth, DiskHealth, JobHealth } from './health.queries.ts'
import type { ProxyCertificate } from './proxy-certificate.ts'

type HealthLine = Readonly<{
  name: string
  state: 'good' | 'attention' | 'unknown'
  words: string
  link: Readonly<{ href: string; label: string }> | null
}>

type HealthFacts = Readonly<{
  now: Date
  /** This machine's clock, read beside the database's. */
  machineNow: Date
  database: DatabaseHealth
  disk: DiskHealth
  jobs: JobHealth | null
  proxy: ProxyCertificate | null
  mail: MailSetting | null
  canMail: boolean
  mailHealth: MailHealth
  backups: BackupSetting | null
  /** Where this service writes backups, if it does. */
  backupDir: string | null
  lastBackup: LastBackup | null
  head: Readonly<{ size: number; signed_at: Date }> | undefined
  ledgerCheck: LedgerCheck | null
  /** For how many seconds the oldest waiting entry has waited for its place in the ledger. */
  ledgerLag: number
  keys: readonly PublishedKey[]
  /** Why the key file can't be used; null where it can. */
  keysProblem: string | null
  hasTrustedProxy: boolean
  version: string
  nodeVersion: string
}>

/** Everything that keeps the service running, what needs attention first. */
export function healthLines(facts: HealthFacts): readonly HealthLine[] {
  const lines = [
    databaseLine(facts),
    diskLine(facts),
    mailLine(facts),
    ...(facts.jobs ? [jobsLine(facts.jobs)] : []),
    ledgerLine(facts),
    keysLine(facts),
    backupsLine(facts),
    ...(facts.proxy ? [proxyLine(facts.proxy, facts)] : []),
    clockLine(facts),
    line('Version', 'good', `Safe Harbor Training ${facts.version}, Node ${facts.nodeVersion}`),
  ]
  return [...lines].sort((a, b) => Number(b.state === 'attention') - Number(a.state === 'attention'))
}

/** The sentence that the page begins with. */
export function healthSentence(lines: readonly HealthLine[]): string {
  const names = lines.filter(({ state }) => state === 'attention').map(({ name }) => name)
  if (names.length === 0) return 'Training is running. Everything is in order.'
  if (names.length === 1) return `Training is running. ${names[0]} needs attention.`
  return `Training is running. ${number(names.length)} things need attention.`
}

function databaseLine({ database }: HealthFacts): HealthLine {
  if (!database.is_migrated)
    return line('Database', 'attention', 'Its schema is older than this version. Run npm run migrate.')
  const [risk] = database.risks
  if (risk)
    return line(
      'Database',
      'attention',
      `${risk} Set DATABASE_ADMIN_URL and run npm run migrate (docs/operations.md).`,
    )
  return line('Database', 'good', `PostgreSQL ${database.version}, ${bytes(database.bytes)}`)
}

function diskLine({ disk }: HealthFacts): HealthLine {
  const isLow = disk.free < 2 * gigabyte || disk.free / disk.total < 0.05
  return line(
    'Disk',
    isLow ? 'attention' : 'good',
    `${bytes(disk.free)} free of ${bytes(disk.total)} where the data folder is`,
    { href: '/admin/storage', label: 'See storage' },
  )
}

function mailLine({ mail, canMail, mailHealth }: HealthFacts): HealthLine {
  const link = canMail
    ? { href: '/admin/mail', label: 'See mail' }
    : { href: '/admin/setup/mail', label: mail ? 'Change' : 'Set up email' }
  if (mail?.choice === 'none' && !canMail)
    return line('Email', 'good', 'Not used: links are handed over on paper.', link)
  if (!canMail)
    return line(
      'Email',
      'attention',
      'No mail server is set up. Set SMTP_URL, or choose to work without email.',
      link,
    )
  const { failing, oldest_at } = mailHealth
  if (failing > 0 && oldest_at)
    return line(
      'Email',
      'attention',
      `${count(failing, 'message')} can’t be sent, the oldest since ${instant(oldest_at)}. None is lost.`,
      link,
    )
  if (mail?.choice !== 'server') return line('Email', 'attention', 'No test message has been sent yet.', link)
  const stopped =
    mailHealth.stopped > 0 ? `. ${count(mailHealth.stopped, 'address', 'addresses')} refused mail` : ''
  return line('Email', 'good', `Last test message ${instant(new Date(mail.tested_at))}${stopped}`, link)
}

function jobsLine({ failed, waiting, last_at }: JobHealth): HealthLine {
  const link = { href: '/admin/jobs', label: 'See jobs' }
  const jobs = (state: HealthLine['state'], words: string) => line('Scheduled jobs', state, words, link)
  if (failed > 0) return jobs('attention', `${number(failed)} failed in the last 24 hours.`)
  if (waiting > 0) return jobs('attention', `${number(waiting)} have waited for more than 10 minutes.`)
  return jobs('good', last_at ? `Last one finished ${instant(last_at)}` : 'None has run yet')
}

function ledgerLine({ head, ledgerCheck, ledgerLag, now }: HealthFacts): HealthLine {
  const link = { href: '/admin/ledger', label: 'See the ledger' }
  if (ledgerCheck?.finding) return line('Record ledger', 'attention', ledgerCheck.finding, link)
  if (ledgerLag > 5)
    return line(
      'Record ledger',
      'attention',
      `An entry has waited ${number(Math.round(ledgerLag))} seconds for its place. Nothing is lost; restart the service if it goes on.`,
      link,
    )
  if (!head)
    return line(
      'Record ledger',
      'unknown',
      'No head has been signed yet. The first one follows within an hour.',
      link,
    )
  const isOld = now.getTime() - head.signed_at.getTime() > 48 * 3_600_000
  const words = `${number(head.size)} entries verified and signed ${instant(head.signed_at)}`
  return line('Record ledger', isOld ? 'attention' : 'good', words, link)
}

function keysLine({ keys, keysProblem }: HealthFacts): HealthLine {
  const link = { href: '/admin/keys', label: 'See keys' }
  if (keysProblem) return line('Certificate signing key', 'attention', keysProblem)
  const compromised = keys.filter(({ compromised_on }) => compromised_on !== null).length
  const signing = keys.find(({ valid_to }) => valid_to === null)
  if (!signing) return line('Certificate signing key', 'attention', 'No key signs certificates.', link)
  const marked = compromised > 0 ? ` ${number(compromised)} earlier one is marked as compromised.` : ''
  return line(
    'Certificate signing key',
    'good',
    `Signing since ${instant(new Date(signing.valid_from))}.${marked}`,
    link,
  )
}

const backupHours = 26

function backupsLine({ backups, backupDir, lastBackup, now }: HealthFacts): HealthLine {
  const link = { href: '/admin/setup/backups', label: 'See backups' }
  const said = (state: HealthLine['state'], words: string) => line('Backups', state, words, link)
  if (!backups) return said('attention', 'No one has said where backups go.')
  const tested = backups.restored_on
    ? `Restore tested ${longDay(backups.restored_on)}.`
    : 'A restore has not been tested.'
  const state = backups.restored_on ? 'good' : 'attention'
  if (!backupDir) return said(state, `To ${backups.where}. ${tested}`)
  if (!lastBackup) return said('attention', `None has been written to ${backupDir} yet.`)
  const isOld = now.getTime() - lastBackup.at.getTime() > backupHours * 3_600_000
  const words = `Last one ${instant(lastBackup.at)}, ${bytes(lastBackup.bytes)}. ${tested}`
  return said(isOld ? 'attention' : state, words)
}

function proxyLine(proxy: ProxyCertificate, { now, hasTrustedProxy }: HealthFacts): HealthLine {
  const name = 'Address and its certificate'
  if (proxy.kind === 'not-reached')
    return line(name, 'unknown', 'This server can’t reach its own address. Check it in a browser.')
  if (proxy.kind === 'refused')
    return line(name, 'attention', `Browsers refuse the certificate (${proxy.why}).`)
  const days = Math.floor((proxy.until.getTime() - now.getTime()) / 86_400_000)
  const words = `The certificate is valid until ${instant(proxy.until)}.`
  if (!hasTrustedProxy)
    return line(
      name,
      'attention',
      `${words} TRUSTED_PROXY is not set, so everyone’s requests seem to come from one address.`,
    )
  return line(name, days < 14 ? 'attention' : 'good', words)
}

function clockLine({ database, machineNow }: HealthFacts): HealthLine {
  const seconds = Math.abs(database.now.getTime() - machineNow.getTime()) / 1000
  return seconds > 5
    ? line(
        'Clock',
        'attention',
        `The database’s clock and this machine’s differ by ${number(Math.round(seconds))} seconds.`,
      )
    : line('Clock', 'good', instant(machineNow))
}

const line = (
  name: string,
  state: HealthLine['state'],
  words: string,
  link: HealthLine['link'] = null,
): HealthLine => ({ name, state, words, link })

const gigabyte = 1024 ** 3

/** 1288490188 → "1.2 GB" */
export function bytes(count: number): string {
  if (count >= gigabyte) return `${(count / gigabyte).toFixed(1)} GB`
  if (count >= 1024 ** 2) return `${Math.round(count / 1024 ** 2)} MB`
  return `${Math.max(1, Math.round(count / 1024))} KB`
}
