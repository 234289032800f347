import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'

/** The settings of an installation that are kept in its database, by name. */
export type InstallationSettings = Readonly<{
  installation: Installation
  mail: MailSetting
  backups: BackupSetting
  'setup-link': Readonly<{ hash: string; expires_at: string }>
  'ledger-check': LedgerCheck
  branding: BrandingSetting
  /** Its pixels; apart from the rest, which is read more often. */
  logo: Readonly<{ png: string }>
}>

export type Installation = Readonly<{
  name: string
  agency: string
  contact_name: string
  contact_email: string
  contact_phone: string
}>

/** `none`: links are handed over on paper. A test that arrived names when, and at which address. */
export type MailSetting = Readonly<
  { choice: 'server'; tested_at: string; tested_to: string } | { choice: 'none' }
>

export type BackupSetting = Readonly<{ where: string; keeper: string; restored_on: string | null }>

export type OwnSupportLine = Readonly<{ name: string; phone: string; about: string }>

export type BrandingSetting = Readonly<{
  /** '#0b3a5b'; null for the product's own. */
  color: string | null
  logo: Readonly<{ hash: string; width: number; height: number }> | null
  support_lines: readonly OwnSupportLine[]
}>

export const noBranding: BrandingSetting = { color: null, logo: null, support_lines: [] }

export type LedgerCheck = Readonly<{ at: string; rows: number; finding: string | null }>

export async function findSetting<Name extends keyof InstallationSettings>(
  db: Kysely<DB>,
  name: Name,
): Promise<InstallationSettings[Name] | null> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst()
  return (row?.value ?? null) as InstallationSettings[Name] | null
}

/** Several settings in one statement; those that are not set are absent. */
export async function findSettings<Name extends keyof InstallationSettings>(
  db: Kysely<DB>,
  names: readonly Name[],
): Promise<Partial<Pick<InstallationSettings, Name>>> {
  const rows = await db.selectFrom('settings').select(['name', 'value']).where('name', 'in', names).execute()
  return Object.fromEntries(rows.map(({ name, value }) => [name, value])) as Partial<
    Pick<InstallationSettings, Name>
  >
}
