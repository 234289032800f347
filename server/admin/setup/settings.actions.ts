import type { Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { InstallationSettings } from './settings.queries.ts'

/** Saves a setting in place of the one before; who saved it is null for the server itself. */
export async function saveSetting<Name extends keyof InstallationSettings>(
  trx: Transaction<DB>,
  name: Name,
  value: InstallationSettings[Name],
  by: Readonly<{ id: string | null; at: Date }>,
): Promise<void> {
  const row = { value: JSON.stringify(value), changed_at: by.at, changed_by: by.id }
  await trx
    .insertInto('settings')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute()
}
