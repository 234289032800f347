import { dayOf, formatDay, formatTime } from '#server/lib/days.ts'

export type GroupEnd = Readonly<{ outcome: 'held' | 'called-off'; reason: string; ended_at: Date }>

/** Joining opens an hour before the start. If no one closes the session, joining ends twelve hours after the start. */
const hour = 3_600_000
const opensBefore = hour
const forgottenAfter = 12 * hour
/** How long people can confirm after the close: phones run out, and rooms empty fast. */
const confirmsAfter = 24 * hour

type GroupState = 'planned' | 'open' | 'forgotten' | 'held' | 'called-off'

export function groupState(
  session: Readonly<{ starts_at: Date; end: GroupEnd | null }>,
  now: Date,
): GroupState {
  if (session.end) return session.end.outcome
  if (now.getTime() < session.starts_at.getTime() - opensBefore) return 'planned'
  return now.getTime() > session.starts_at.getTime() + forgottenAfter ? 'forgotten' : 'open'
}

/** A person's attendance with its history, oldest first. */
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

/** The entry that the person left before the end, if it is the latest. */
export const leftOf = ({ acts }: Pick<Presence, 'acts'>) => {
  const last = acts.findLast(({ act }) => act !== 'confirmed')
  return last?.act === 'left' ? last : null
}

/** Attendance counts if the person confirmed it and no one recorded that they left early. */
export const isCounted = (presence: Pick<Presence, 'acts'>): boolean =>
  isConfirmed(presence) && !leftOf(presence)

type Times = Readonly<{ starts_at: Date; facilitator: string; end: GroupEnd | null }>

/** Why no one can join now, or null. */
export function joinRefusal(session: Times, now: Date): string | null {
  switch (groupState(session, now)) {
    case 'open':
      return null
    case 'planned':
      return `This session starts on ${moment(session.starts_at)}. You can join from an hour before that.`
    case 'forgotten':
      return `This session started on ${moment(session.starts_at)}, so you can’t join it anymore. Ask ${session.facilitator} what to do. You can take the lessons on your own at any time.`
    case 'held':
      return `This session was closed on ${moment(session.end!.ended_at)}, so you can’t join it anymore. You can take the lessons on your own at any time.`
    case 'called-off':
      return `This session was canceled: ${session.end!.reason}`
  }
}

/** Why a person who joined can't confirm now, or null. */
export function confirmRefusal(session: Times, now: Date): string | null {
  if (session.end?.outcome === 'called-off') return `This session was canceled: ${session.end.reason}`
  if (now < session.starts_at)
    return `You can confirm once the session has started. It starts on ${moment(session.starts_at)}.`
  if (session.end && now.getTime() > session.end.ended_at.getTime() + confirmsAfter)
    return `This session was closed on ${moment(session.end.ended_at)}. You had a day to confirm your attendance. You can take the lessons on your own at any time.`
  return null
}

const moment = (at: Date) => `${formatDay(dayOf(at))}, ${formatTime(at)}`

/** No vowels, so that codes never spell a word, and no characters that look alike. */
const signs = '23456789BCDFGHJKMPQRTVWXYZ'

export const codeLength = 6

/** A code of six characters. `random` returns numbers from 0 up to 1. */
export const joinCode = (random: () => number): string =>
  Array.from({ length: codeLength }, () => signs[Math.floor(random() * signs.length)]).join('')

/** Normalizes a typed code: lowercase letters, spaces and dashes are fine. */
export const typedCode = (typed: string): string => typed.toUpperCase().replace(/[\s\-–]+/g, '')
