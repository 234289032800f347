import { findSettings } from '#server/admin/setup/settings.queries.ts'
import type { Database } from '#server/db/connection.ts'
import type { EmailLook } from '#server/notices/email-message.ts'

/** The color and the contact of this installation, as its email shows them. */
export async function findEmailLook(db: Database): Promise<EmailLook> {
  const { installation, branding } = await findSettings(db, ['installation', 'branding'])
  return {
    color: branding?.color ?? null,
    contact: installation ? `Questions? ${installation.contact_name}, ${installation.contact_email}` : null,
  }
}
