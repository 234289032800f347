import type { Message } from '#server/web/views.ts'

/** What became of the last thing done on a person's page, by the word in its address. */
export const doneWords: ReadonlyMap<string, Message> = new Map(
  (
    [
      ['saved', 'success', 'Saved. The changes to the record are listed under the roster below.'],
      [
        'added',
        'success',
        'Added to the roster. The person already has an account, so they don’t need a link.',
      ],
      ['added-mailed', 'success', 'Added to the roster. We emailed the person a link to set a password.'],
      ['mailed', 'success', 'We emailed the person a link to set a password. Earlier links no longer work.'],
      ['sent', 'success', 'Reminder sent.'],
      ['sent-today', 'info', 'A reminder was already sent today, so no other was sent.'],
      ['nothing-due', 'info', 'Nothing is due, so no reminder was sent.'],
      ['withdrawn', 'success', 'Withdrawn. It no longer counts, but stays on record with the reason.'],
      ['asked', 'success', 'Course assigned. The person gets a message with a link to it.'],
      ['asked-today', 'info', 'This course was already assigned today.'],
    ] as const
  ).map(([word, kind, text]) => [word, { kind, text }]),
)
