import { count } from '#server/web/words.ts'
import type { MailLine } from './mail-log.queries.ts'

/** What a message was, without what it said: system administrators see no one's training. */
export function messageWords({ kind, subject }: Pick<MailLine, 'kind' | 'subject'>): string {
  if (kind === null) return subject ?? 'Message'
  return 'Notice'
}

const words: Readonly<Record<string, string>> = {
  sent: 'Sent',
  summarized: 'Sent in the daily summary',
  summary: 'Waiting for the daily summary',
  unwanted: 'Not sent: the person turned this email off',
  moot: 'Not sent: it was done before',
  stopped: 'Not sent: the address refuses mail',
  'no-address': 'Not sent: the person has no email on file',
  'not-set-up': 'Not sent: there is no mail server',
  failed: 'Failed',
}

export function stateWords({ state, attempts }: Pick<MailLine, 'state' | 'attempts'>): string {
  if (state !== 'queued') return words[state] ?? state
  return attempts === 0 ? 'Waiting' : `Waiting, ${count(attempts, 'attempt')} failed`
}
