import type { Reach, Role } from './roles.ts'

/** What someone can be made. A lead is a program administrator of all of a license holder's programs. */
export type Post = 'learner' | 'lead' | Role

/** As whom someone grants, ends or confirms: seen from the program, license holder or installation that the role reaches. */
export type Actor = 'program_admin' | 'lead' | 'other_program_admin' | 'licensing' | 'system_admin'

type GrantingRule = Readonly<{
  grants: readonly Actor[]
  ends: readonly Actor[]
  /** Who may confirm a grant; null where it takes effect at once. */
  confirms: readonly Actor[] | null
}>

/**
 * THE TABLE: who may grant and end which role, and who confirms. "Program administrator" is one of the very program, so a
 * role that reaches all of a license holder's programs has no program administrator, only leads.
 */
export const grantingRules: Readonly<Record<Post, GrantingRule>> = {
  // Being on a roster. It ends with the last day of work.
  learner: { grants: ['program_admin', 'lead'], ends: ['program_admin', 'lead'], confirms: null },
  supervisor: {
    grants: ['program_admin', 'lead', 'system_admin'],
    ends: ['program_admin', 'lead', 'system_admin'],
    confirms: null,
  },
  trainer: {
    grants: ['program_admin', 'lead', 'system_admin'],
    ends: ['program_admin', 'lead', 'system_admin'],
    confirms: null,
  },
  program_admin: {
    grants: ['program_admin', 'lead', 'system_admin'],
    ends: ['program_admin', 'lead', 'system_admin'],
    confirms: ['program_admin', 'lead', 'other_program_admin', 'licensing', 'system_admin'],
  },
  lead: {
    grants: ['lead', 'system_admin'],
    ends: ['lead', 'system_admin'],
    confirms: ['lead', 'other_program_admin', 'licensing', 'system_admin'],
  },
  licensing: {
    grants: ['licensing', 'system_admin'],
    ends: ['licensing', 'system_admin'],
    confirms: ['licensing', 'system_admin'],
  },
  reviewer: { grants: ['system_admin'], ends: ['system_admin'], confirms: ['licensing', 'system_admin'] },
  system_admin: { grants: ['system_admin'], ends: ['system_admin'], confirms: ['licensing', 'system_admin'] },
}

/** Who confirms a backdated hire: people who look after rosters, and licensing where no one else can. */
export const hireConfirmers: readonly Actor[] = ['program_admin', 'lead', 'other_program_admin', 'licensing']

/** Where only one administrator exists, an outside training is decided by one of these. */
export const trainingDeciders: readonly Actor[] = [
  'program_admin',
  'lead',
  'other_program_admin',
  'licensing',
]

export const postOf = ({ role, holder_id }: Readonly<{ role: Role; holder_id: string | null }>): Post =>
  role === 'program_admin' && holder_id !== null ? 'lead' : role

type Asking = Readonly<{ grants: readonly (Reach & Readonly<{ role: Role }>)[] }>

/** A reach with the license holder that it lies in; null for the whole installation. */
export type Scope = Reach & Readonly<{ holder: string | null }>

/** As whom this viewer acts at a scope. */
export function actorsAt({ grants }: Asking, { program_id, holder }: Scope, siblings: readonly string[]) {
  const actors = new Set<Actor>()
  for (const grant of grants) {
    if (grant.role === 'licensing' || grant.role === 'system_admin') actors.add(grant.role)
    if (grant.role !== 'program_admin') continue
    if (grant.holder_id !== null && grant.holder_id === holder) actors.add('lead')
    if (grant.program_id !== null && grant.program_id === program_id) actors.add('program_admin')
    else if (grant.program_id !== null && siblings.includes(grant.program_id))
      actors.add('other_program_admin')
  }
  return actors
}

export const mayDo = (actors: ReadonlySet<Actor>, allowed: readonly Actor[]): boolean =>
  allowed.some((actor) => actors.has(actor))

export const postNames: Readonly<Record<Post, string>> = {
  learner: 'Learner',
  supervisor: 'Supervisor',
  trainer: 'Trainer',
  program_admin: 'Program administrator',
  lead: 'License holder’s lead',
  licensing: 'Licensing staff',
  reviewer: 'Content reviewer',
  system_admin: 'System administrator',
}

/** What each role lets someone do, in a sentence for the forms and the access review. */
export const postDuties: Readonly<Record<Post, string>> = {
  learner: 'Takes courses and sees their own record',
  supervisor: 'Sees the roster and where each person is with their training. Records leave and training',
  trainer: 'Organizes instructor-led sessions and records attendance. Sees no roster',
  program_admin: 'Changes the roster, decides on outside training and manages roles in the program',
  lead: 'Does what a program administrator does in all of the license holder’s programs',
  licensing: 'Reviews every licensed program, and revokes and corrects certificates',
  reviewer: 'Reads courses and records their approvals',
  system_admin: 'Runs this installation. Sees no training records',
}

export const actorNames: Readonly<Record<Actor, string>> = {
  program_admin: 'administrator of this program',
  lead: 'license holder’s lead',
  other_program_admin: 'administrator of another program of this license holder',
  licensing: 'licensing staff',
  system_admin: 'system administrator',
}

/** How long a grant or an end can be undone. */
const undoMinutes = 60

export const canUndo = (at: Date, now: Date): boolean => now.getTime() - at.getTime() < undoMinutes * 60_000

/** How long a system administrator's first invitations need no one else, because there is no one else yet. */
export const setUpDays = 30
