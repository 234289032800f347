import { type AccessFacts, accessKinds } from './access-kinds.ts'
import { type AccountFacts, accountKinds } from './account-kinds.ts'
import { type LearnerFacts, learnerKinds } from './learner-kinds.ts'
import { type OfficeFacts, officeKinds } from './office-kinds.ts'
import { type SessionFacts, sessionKinds } from './session-kinds.ts'
import { type TeamFacts, teamKinds } from './team-kinds.ts'
import type { Kind, Wording } from './wording.ts'

/** What each kind of notice is about. Names are kept as they were when it was written. */
export type NoticeFacts = AccountFacts & LearnerFacts & SessionFacts & TeamFacts & OfficeFacts & AccessFacts

export type NoticeKind = keyof NoticeFacts

export type NewNotice = {
  [K in NoticeKind]: Readonly<{
    person_id: string
    kind: K
    facts: Readonly<NoticeFacts[K]>
    /** A person gets one notice for a key, however often it is written. */
    dedupe_key: string
  }>
}[NoticeKind]

const kinds: { [K in NoticeKind]: Kind<NoticeFacts[K]> } = {
  ...accountKinds,
  ...learnerKinds,
  ...sessionKinds,
  ...teamKinds,
  ...officeKinds,
  ...accessKinds,
}

type Stored = Readonly<{ kind: string; facts: unknown }>

const kindOf = ({ kind }: Stored): Kind<never> | undefined =>
  (kinds as Record<string, Kind<never> | undefined>)[kind]

export const wordsOf = (notice: Stored): Wording | null =>
  kindOf(notice)?.words(notice.facts as never) ?? null

export function isOptional(notice: Stored): boolean {
  const optional = kindOf(notice)?.isOptional ?? true
  return typeof optional === 'function' ? optional(notice.facts as never) : optional
}

export const isUrgent = (notice: Stored): boolean => kindOf(notice)?.isUrgent ?? false

/** Kinds that say what to do by a date; they end when it is done. */
export const remindingKinds: readonly NoticeKind[] = [
  'training-due',
  'training-overdue',
  'supervisor-reminder',
]

/** What a supervisor sees of a person's messages: reminders, and courses that someone asked them to take. */
export const supervisorKinds: readonly NoticeKind[] = [...remindingKinds, 'course-assigned']
