import { changedWords } from '#server/programs/roster/list/bulk-change-names.ts'
import type { Message } from '#server/web/views.ts'

type Reminded = Readonly<{ sent: number; earlier: number; nothing: number }>

/** What became of a change for several people, as it is carried in the team page's address. */
export const toldOf = ({ sent, earlier, nothing }: Reminded): string =>
  `reminded-${sent}-${earlier}-${nothing}`

/** The message that the team page begins with. Null where there is none, or the address was changed by hand. */
export function toldWords(told: string | undefined): Message | null {
  const [, what, ...numbers] =
    /^([a-z]+)(?:-(\d{1,5}))?(?:-(\d{1,5}))?(?:-(\d{1,5}))?$/.exec(told ?? '') ?? []
  const [first = 0, second = 0, third = 0] = numbers.map(Number)
  switch (what) {
    case 'reminded':
      return remindedWords({ sent: first, earlier: second, nothing: third })
    case 'saved':
      return {
        kind: 'success',
        text: 'View saved. Only you see it here; its address works for your colleagues, too.',
      }
    case 'unnamed':
      return { kind: 'info', text: 'Nothing was saved: choose a filter, and give the view a name.' }
    case 'full':
      return { kind: 'info', text: 'You have 20 saved views. Remove one first.' }
    case 'uncertified':
      return { kind: 'info', text: 'None of these people has a certificate in force yet.' }
    default:
      return changedWords(told)
  }
}

function remindedWords({ sent, earlier, nothing }: Reminded): Message {
  const parts = [
    sent > 0 ? `Reminder sent to ${people(sent)}.` : 'No reminder was sent.',
    earlier > 0 ? `${people(earlier)} already got one today.` : '',
    nothing > 0 ? `Nothing is due for ${people(nothing)}.` : '',
  ]
  return { kind: sent > 0 ? 'success' : 'info', text: parts.filter(Boolean).join(' ') }
}

const people = (count: number) => (count === 1 ? '1 person' : `${count} people`)
