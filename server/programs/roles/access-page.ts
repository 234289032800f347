import { addYears, type Day, dayOf } from '#server/lib/days.ts'
import { patternWords, type TwoPeopleProblem } from '#server/people/two-people.ts'

/** The list is confirmed once a year. */
export function confirmationState(last: Readonly<{ confirmed_at: Date; name: string }> | null, today: Day) {
  const dueOn = last && addYears(dayOf(last.confirmed_at), 1)
  return { last, dueOn, isDue: dueOn === null || dueOn <= today }
}

const actWords: Readonly<Record<string, string>> = {
  role: 'A role',
  hire: 'A day of hire',
  'roster-file': 'A roster file',
  'account-merge': 'A merge of two accounts',
  'outside-training': 'An outside training',
  certificate: 'A certificate',
  'own-record': 'One’s own record',
  link: 'A link to set a password',
}

type Pattern = Readonly<{
  kind: 'blocked' | 'done' | 'link'
  act: string
  first: string | null
  second: string
  about: string | null
  problem: TwoPeopleProblem | null
}>

/** A pattern as a sentence, with how much it matters. */
export function patternLine<T extends Pattern>(pattern: T) {
  const { kind, act, first, second, about, problem } = pattern
  const what = `${actWords[act] ?? act}${about ? ` (${about})` : ''}`
  const why = problem ? `${patternWords[problem]}.` : ''
  if (kind === 'link')
    return {
      ...pattern,
      what: `${first} made a link to the account of ${second} and saw it.`,
      why,
      word: 'Link',
      tone: 'quiet',
    }
  if (kind === 'blocked')
    return {
      ...pattern,
      what: `${what}: ${second} tried to confirm what ${first} recorded.`,
      why,
      word: 'Refused',
      tone: 'caution',
    }
  return {
    ...pattern,
    what: `${what}: recorded by ${first}, confirmed by ${second}.`,
    why,
    word: 'Look closer',
    tone: 'stop',
  }
}
