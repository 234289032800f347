import type { Kind } from './wording.ts'

/** Notices about who may do what, and who sees a record. */
export type AccessFacts = Readonly<{
  'role-changed': RoleChange
  'record-opened': { name: string; by: string; reason: string; is_own: boolean }
  'record-asked': { program: string; role?: string }
  'record-shared': { name: string; program: string; by: string; is_own: boolean }
}>

/** A role was given, ended, or given back. "where" is null for roles of the whole installation. */
export type RoleChange = Readonly<{
  change: 'granted' | 'ended' | 'grant-undone' | 'end-undone' | 'accepted'
  role: string
  where: string | null
  person: string
  by: string
  is_own: boolean
  /** Where the reader can undo it; null for the person whose role it is. */
  path: string | null
}>

const roleChanges: Readonly<Record<RoleChange['change'], string>> = {
  granted: 'gave',
  ended: 'ended',
  'grant-undone': 'took back',
  'end-undone': 'gave back',
  accepted: 'accepted',
}

function roleSentence({ change, role, where, person, by, is_own }: RoleChange): string {
  const at = where ? ` at ${where}` : ''
  const verb = roleChanges[change]
  if (change === 'accepted')
    return is_own
      ? `You accepted a role: ${role}${at}.`
      : `${person} accepted a role: ${role}${at}. It can be undone for an hour.`
  if (is_own)
    return change === 'granted' || change === 'end-undone'
      ? `${by} ${verb} you a role: ${role}${at}.`
      : `${by} ${verb} your role: ${role}${at}.`
  return change === 'granted' || change === 'end-undone'
    ? `${by} ${verb} ${person} a role: ${role}${at}. It can be undone for an hour.`
    : `${by} ${verb} a role of ${person}: ${role}${at}. It can be undone for an hour.`
}

export const accessKinds: { [K in keyof AccessFacts]: Kind<AccessFacts[K]> } = {
  'role-changed': {
    isOptional: false,
    words: (change) => ({
      subject: 'A role has changed',
      email: [
        change.is_own
          ? 'One of your roles has changed. Sign in to see which.'
          : 'A colleague’s role has changed. Sign in to see which. It can be undone for an hour.',
      ],
      inbox: roleSentence(change),
      action: change.path
        ? { label: 'See the roles', path: change.path }
        : { label: 'Open your account', path: '/account' },
    }),
  },
  'record-opened': {
    isOptional: false,
    isUrgent: true,
    words: ({ name, by, reason, is_own }) => ({
      subject: 'A record was opened',
      email: ['A system administrator opened a training record for an hour. Sign in to see whose, and why.'],
      inbox: is_own
        ? `${by}, a system administrator, opened your training record for an hour: “${reason}”.`
        : `${by}, a system administrator, opened the training record of ${name} for an hour: “${reason}”.`,
      action: { label: is_own ? 'See who looked' : 'Messages', path: is_own ? '/account/views' : '/notices' },
    }),
  },
  'record-asked': {
    isOptional: false,
    words: ({ program, role }) => ({
      subject: 'A question for you',
      email: [
        role
          ? 'A program wants to give you a role. Sign in to answer.'
          : 'A program asks to see your training record. Sign in to answer.',
      ],
      inbox: role
        ? `${program} wants to give you a role: ${role}.`
        : `${program} put you on its roster and asks to see your training record.`,
      action: { label: 'Answer', path: '/account/record' },
    }),
  },
  'record-shared': {
    isOptional: false,
    words: ({ name, program, by, is_own }) => ({
      subject: 'A record was shared',
      email: ['A training record was shared with a program. Sign in to see what was shown.'],
      inbox: is_own
        ? `${by} at ${program} saw what you shared of your training record.`
        : `${name} shared their training record with ${program}.`,
      action: is_own
        ? { label: 'See what was shared', path: '/account/record' }
        : { label: 'Messages', path: '/notices' },
    }),
  },
}
