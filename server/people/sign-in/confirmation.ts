import { waitInWords } from '#server/web/words.ts'
import type { Confirmation } from './sign-in.actions.ts'

/** How long after the password was given a change that asks for it goes on without. */
const confirmedMinutes = 5

export const isFreshlyConfirmed = (confirmedAt: Date, now: Date): boolean =>
  now.getTime() - confirmedAt.getTime() < confirmedMinutes * 60_000

/** What the field for the password says, where it wasn't the right one. */
export function confirmationErrors(
  confirmation: Confirmation | { kind: 'missing' },
): readonly Readonly<{ field: string; message: string }>[] {
  switch (confirmation.kind) {
    case 'confirmed':
      return []
    case 'missing':
      return [{ field: 'password', message: 'Enter your password again.' }]
    case 'wrong':
      return [{ field: 'password', message: 'The password is incorrect.' }]
    case 'throttled':
      return [
        {
          field: 'password',
          message: `Too many attempts. Try again in ${waitInWords(confirmation.seconds)}.`,
        },
      ]
  }
}
