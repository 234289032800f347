import { type Day, formatDay } from '#server/lib/days.ts'
import { type Kind, monthDay, people } from './wording.ts'

/** Notices to supervisors about their team, and summaries. */
export type TeamFacts = Readonly<{
  'not-cleared': NotCleared
  'not-cleared-long': NotCleared & { days: number }
  'weekly-digest': {
    overdue: number
    coming: number
    cleared: number
    /** People overdue with a requirement of their program's own. */
    own?: number
  }
  'daily-summary': { count: number }
}>

/** People who work in direct contact in a program and may not from a day. */
export type NotCleared = Readonly<{
  program_id: string
  program: string
  on: Day
  people: readonly Readonly<{ id: string; name: string }>[]
}>

export const teamKinds: { [K in keyof TeamFacts]: Kind<TeamFacts[K]> } = {
  'not-cleared': {
    isOptional: false,
    isUrgent: true,
    words: ({ people, program, on }) => ({
      subject: `Your team needs you: ${monthDay(on)}`,
      email: [
        `From **${formatDay(on)}**, ${someone(people.length)} on your team may not work in direct contact. Sign in to see who, and why.`,
      ],
      inbox: `${named(people)} may not have direct contact at ${program} from ${formatDay(on)}.`,
      action: { label: 'See who and why', path: teamPath(people) },
    }),
  },
  'not-cleared-long': {
    isOptional: false,
    words: ({ people, program, days }) => ({
      subject: 'Something is still open',
      email: [
        `For ${days} days, ${someone(people.length)} in your program has not been cleared for direct contact.`,
      ],
      inbox: `For ${days} days, not cleared for direct contact at ${program}: ${named(people)}.`,
      action: { label: 'See who and why', path: teamPath(people) },
    }),
  },
  'weekly-digest': {
    isOptional: true,
    words: ({ overdue, coming, cleared, own = 0 }) => {
      const parts = [
        overdue > 0 ? `${people(overdue)} newly overdue` : '',
        coming > 0 ? `${people(coming)} with a date in the next 30 days` : '',
        cleared > 0 ? `${people(cleared)} newly cleared` : '',
        own > 0 ? `${people(own)} overdue with a requirement of the program’s own` : '',
      ].filter(Boolean)
      return {
        subject: 'Your team this week',
        email: [`This week: ${parts.join(', ')}.`],
        inbox: `Your team this week: ${parts.join(', ')}.`,
        action: { label: 'Open your team', path: '/team' },
      }
    },
  },
  'daily-summary': {
    isOptional: true,
    words: ({ count }) => ({
      subject: 'Your messages of the day',
      email: [`You have ${count === 1 ? '1 new message' : `${count} new messages`}.`],
      inbox: `You were sent a summary of ${count === 1 ? '1 message' : `${count} messages`}.`,
      action: { label: 'Read them', path: '/notices' },
    }),
  },
}

const someone = (count: number) => (count === 1 ? 'someone' : `a group of ${count}`)
const teamPath = ([first, ...others]: NotCleared['people']) =>
  first && others.length === 0 ? `/team/${first.id}` : '/team?show=not-cleared'

function named(people: NotCleared['people']): string {
  const names = people.slice(0, 5).map(({ name }) => name)
  if (people.length > names.length) names.push(`${people.length - names.length} more`)
  return new Intl.ListFormat('en-US').format(names)
}
