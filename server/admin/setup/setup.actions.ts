import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { Mail } from '#server/lib/mail.ts'
import type { Viewer } from '#server/people/roles.ts'
import { saveSetting } from './settings.actions.ts'
import type { InstallationSettings } from './settings.queries.ts'

type Acting = Readonly<{ viewer: Viewer; now: Date }>

/** Saves what a system administrator decided in a step, with who and when in the ledger. */
export function saveStep<Name extends 'installation' | 'mail' | 'backups'>(
  db: Database,
  { viewer, now }: Acting,
  name: Name,
  value: InstallationSettings[Name],
): Promise<void> {
  return writeEvidence(db, async (trx) => {
    await saveSetting(trx, name, value, { id: viewer.id, at: now })
    trx.record({
      kind: 'setting-changed',
      actor_id: viewer.id,
      subject: `setting:${name}`,
      facts: value,
      at: now,
    })
  })
}

type TestMessage = { kind: 'sent' } | { kind: 'not-sent'; why: string }

/** Sends a message through the mail server that is set up. What the server answers is shown, without the password. */
export async function sendTestMessage(
  mail: NonNullable<Mail>,
  to: string,
  baseUrl: string,
): Promise<TestMessage> {
  try {
    await mail({
      to,
      subject: 'Test message',
      text: `This message shows that email works.\n\nIt was sent from ${baseUrl}\n`,
    })
    return { kind: 'sent' }
  } catch (error) {
    const { code, responseCode } = error as { code?: string; responseCode?: number }
    return { kind: 'not-sent', why: wordsFor(code, responseCode) }
  }
}

function wordsFor(code: string | undefined, responseCode: number | undefined): string {
  if (code === 'EAUTH') return 'The mail server did not accept the user name or password in SMTP_URL.'
  if (code === 'ECONNECTION' || code === 'ESOCKET' || code === 'EDNS' || code === 'ETIMEDOUT')
    return 'The mail server in SMTP_URL could not be reached.'
  if (code === 'EENVELOPE')
    return `The mail server did not accept the address${responseCode ? ` (answer ${responseCode})` : ''}.`
  return `The mail server did not take the message${responseCode ? ` (answer ${responseCode})` : ''}.`
}
