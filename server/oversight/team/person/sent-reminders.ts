import { type Day, dayOf } from '#server/lib/days.ts'
import { wordsOf } from '#server/notices/kinds.ts'
import type { SentReminder } from '#server/standings/reminders/reminders.queries.ts'

/** What a person was reminded of, and whether their supervisor may send a reminder today. */
export function remindersPage(sent: readonly SentReminder[], today: Day, asksForSomething: boolean) {
  const remindedToday = sent.some(
    ({ kind, created_at }) => kind === 'supervisor-reminder' && dayOf(created_at) === today,
  )
  const last = sent.find(({ kind }) => kind === 'supervisor-reminder')
  return {
    remindedToday,
    /** The day of the last reminder from a supervisor. */
    lastOn: last ? dayOf(last.created_at) : null,
    canRemind: !remindedToday && asksForSomething,
    sent: sent.flatMap((one) => {
      const words = wordsOf(one)
      return words ? [{ sentence: words.inbox, at: one.created_at, channel: channels[one.state] ?? '' }] : []
    }),
  }
}

const channels: Readonly<Record<string, string>> = {
  queued: 'email on its way',
  summary: 'in the next daily email',
  summarized: 'in a daily email',
  sent: 'sent by email',
  unwanted: 'in their messages only',
  moot: 'not sent by email: no longer needed',
  stopped: 'not sent by email: the address refuses mail',
  'no-address': 'not sent by email: they have no email on file',
  'not-set-up': 'not sent by email: there is no mail server',
}
