/**
 * What a backup file holds. It is a tar file compressed by gzip, in this order: `about.json`; the rows of each table as
 * `tables/<table>/000001.copy` and so on, in PostgreSQL's COPY text format; `ledger-heads/*`; `published-keys.json`;
 * `keys.sealed` if there is a passphrase; and `manifest.json`, which is last, so that a file without it is cut off.
 */
export type About = Readonly<{
  format: 1
  version: string
  made_at: string
  /** The migrations that the rows fit. */
  migrations: readonly string[]
  tables: readonly TableShape[]
}>

export type TableShape = Readonly<{ name: string; columns: readonly string[] }>

export type Manifest = Readonly<{
  tables: Readonly<Record<string, TableSum>>
  sequences: Readonly<Record<string, number>>
  ledger: LedgerSum
  has_keys: boolean
}>

/** SHA-256 over a table's rows in COPY text format, in the order in which the file has them. */
export type TableSum = Readonly<{ rows: number; sha256: string }>

export type LedgerSum = Readonly<{
  size: number
  root: string
  /** The same as a signed note; null where no key signs, or the ledger is empty. */
  note: string | null
}>

/** Rows that a backup leaves out: after a restore, everyone signs in again. */
export const leftOut: readonly string[] = ['sessions']

export class BackupError extends Error {}

export const backupName = (now: Date): string =>
  `safe-harbor-${now.toISOString().slice(0, 19).replaceAll(':', '')}Z.tar.gz`

/** The backups among a folder's files, the newest first. Other files are never removed. */
export const backupsAmong = (files: readonly string[]): readonly string[] =>
  files
    .filter((file) => /^safe-harbor-\d{4}-\d\d-\d\dT\d{6}Z\.tar\.gz$/.test(file))
    .sort()
    .reverse()
