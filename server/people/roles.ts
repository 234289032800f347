import type { Day } from '#server/lib/days.ts'

/** What a person may act as, besides learning. The first three reach one program, or all of a license holder's. */
export type Role = 'supervisor' | 'trainer' | 'program_admin' | 'licensing' | 'reviewer' | 'system_admin'

/** Where a role reaches: one program, all programs of a license holder, or the whole installation. */
export type Reach = Readonly<{ program_id: string | null; holder_id: string | null }>

export type Grant = Reach &
  Readonly<{
    id: string
    role: Role
    /** To the day: what is not used for 90 days is flagged. */
    last_used_on: string | null
  }>

/** Who is asking, read from the database at each request. */
export type Viewer = Readonly<{
  id: string
  name: string
  email: string | null
  grants: readonly Grant[]
  /** The programs that supervisor and administrator grants reach, license holders' spelled out. */
  supervised_program_ids: readonly string[]
  administered_program_ids: readonly string[]
  /** Where the viewer may organize sessions: the administered ones, and those of a trainer. */
  trained_program_ids: readonly string[]
  unread_notices: number
  last_active_on: Day | null
  /** The latest data practices notice waits for them to read it. */
  owes_data_notice: boolean
  /** How the person signs in was changed, and they have not read the message about it. */
  has_account_news: boolean
  /** When the password was last given in this session. */
  confirmed_at: Date
  /** Until this session ends however much it is used. */
  session_seconds_left: number
  /** A passkey or an authenticator app is set up. */
  has_second_factor: boolean
  /** How they like to read, as people/reading/ writes it. Null until they say so. */
  reading: string | null
}>

export const hasRole = (viewer: Viewer, ...roles: readonly Role[]): boolean =>
  viewer.grants.some((grant) => roles.includes(grant.role))

/** Every role above learner needs a second factor, unless the installation says otherwise. */
export const mustSetUpSecondFactor = (viewer: Viewer): boolean =>
  viewer.grants.length > 0 && !viewer.has_second_factor

/** Staff who look after learners or courses see how to lead a group; anyone signed in may read it. */
export const mayLeadGroups = (viewer: Viewer): boolean =>
  hasRole(viewer, 'supervisor', 'trainer', 'program_admin', 'reviewer', 'system_admin')

/** What a route asks of its viewer; every route declares one. An asset is the same for all, so no session is looked up. */
export type Policy = 'asset' | 'public' | 'signed-in' | readonly Role[]

export const isAllowed = (policy: Policy, viewer: Viewer | null): boolean => {
  if (policy === 'asset' || policy === 'public') return true
  if (!viewer) return false
  return policy === 'signed-in' || hasRole(viewer, ...policy)
}

/** The roles that a page is used in, where today's use is not on record yet. */
export const grantsInUse = (
  { grants }: Viewer,
  policy: Policy,
  programId: string | undefined,
  today: string,
): readonly Grant[] =>
  typeof policy === 'string'
    ? []
    : grants.filter(
        ({ role, program_id, last_used_on }) =>
          policy.includes(role) &&
          last_used_on !== today &&
          (program_id === null || programId === undefined || program_id === programId),
      )

export const roleNames: Readonly<Record<Role, string>> = {
  supervisor: 'Supervisor',
  trainer: 'Trainer',
  program_admin: 'Program administrator',
  licensing: 'Licensing staff',
  reviewer: 'Content reviewer',
  system_admin: 'System administrator',
}
