import { dayOf, formatDay, formatTime } from '#server/lib/days.ts'

export type GroupEnd = Readonly<{ outcome: 'held' | 'called-off'; reason: string; ended_at: Date }>

/** Joining opens an hour before the start; a session that nobody closed takes nobody any more after twelve hours. */
const hour = 3_600_000
const opensBefore = hour
const forgottenAfter = 12 * hour
/** Who joined in time may still confirm so long after the close: phones run out, and rooms empty fast. */
const confirmsAfter = 24 * hour

export type GroupState = 'planned' | 'open' | 'forgotten' | 'held' | 'called-off'

export function groupState(
  session: Readonly<{ starts_at: Date; end: GroupEnd | null }>,
  now: Date,
): GroupState {
  if (session.end) return session.end.outcome
  if (now.getTime() < session.starts_at.getTime() - opensBefore) return 'planned'
  return now.getTime() > session.starts_at.getTime() + forgottenAfter ? 'forgotten' : 'open'
}

/** A person's presence as its acts say, the oldest first. */
export type Presence = Readonly<{
  id: string
  person_id: string
  name: string
  joined_at: Date
  acts: readonly Readonly<{
    act: 'confirmed' | 'left' | 'stayed'
    reason: string
    acted_by_name: string
    acted_at: string
  }>[]
}>

export const isConfirmed = ({ acts }: Pick<Presence, 'acts'>): boolean =>
  acts.some(({ act }) => act === 'confirmed')

/** That somebody left before the end, where this is what stands. */
export const leftOf = ({ acts }: Pick<Presence, 'acts'>) => {
  const last = acts.findLast(({ act }) => act !== 'confirmed')
  return last?.act === 'left' ? last : null
}

/** A presence counts where its person confirmed it and nobody recorded that they left early. */
export const isCounted = (presence: Pick<Presence, 'acts'>): boolean =>
  isConfirmed(presence) && !leftOf(presence)

type Times = Readonly<{ starts_at: Date; facilitator: string; end: GroupEnd | null }>

/** Why nobody can join now, in words; null where they can. */
export function joinRefusal(session: Times, now: Date): string | null {
  switch (groupState(session, now)) {
    case 'open':
      return null
    case 'planned':
      return `This session begins on ${moment(session.starts_at)}. You can join from an hour before.`
    case 'forgotten':
      return `This session began on ${moment(session.starts_at)}, so nobody can join it any more. Ask ${session.facilitator} what to do; you can take the lessons on your own at any time.`
    case 'held':
      return `This session was closed on ${moment(session.end!.ended_at)}, so nobody can join it any more. You can take the lessons on your own at any time.`
    case 'called-off':
      return `This session was called off: ${session.end!.reason}`
  }
}

/** Why a person who joined can't confirm now, in words; null where they can. */
export function confirmRefusal(session: Times, now: Date): string | null {
  if (session.end?.outcome === 'called-off') return `This session was called off: ${session.end.reason}`
  if (now < session.starts_at)
    return `Confirm when the session has begun: it begins on ${moment(session.starts_at)}.`
  if (session.end && now.getTime() > session.end.ended_at.getTime() + confirmsAfter)
    return `This session was closed on ${moment(session.end.ended_at)}, and could be confirmed for a day. You can take the lessons on your own at any time.`
  return null
}

const moment = (at: Date) => `${formatDay(dayOf(at))}, ${formatTime(at)}`

/** Without vowels, so that no word comes out, and without signs that look alike. */
const signs = '23456789BCDFGHJKMPQRTVWXYZ'

/** A code of six signs from as many random numbers below one. */
export const joinCode = (random: () => number): string =>
  Array.from({ length: 6 }, () => signs[Math.floor(random() * signs.length)]).join('')

/** A code as somebody typed it: small letters, spaces and dashes do no harm. */
export const typedCode = (typed: string): string => typed.toUpperCase().replace(/[\s\-–]+/g, '')
