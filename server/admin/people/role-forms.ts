import type { Role } from '#server/people/roles.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { isEmail, notAnEmployeeId, oneLine, readEmployeeId, type Typed } from '#server/programs/typed-form.ts'

/** The roles that a system administrator can give, each with what it lets someone do. */
export const invitableRoles = {
  program_admin: {
    words: 'Program administrator',
    description: 'Keeps a program’s roster, or all rosters of a license holder',
  },
  trainer: { words: 'Trainer', description: 'Organizes instructor-led sessions and records attendance' },
  supervisor: { words: 'Supervisor', description: 'Sees a roster and each person’s status' },
  licensing: { words: 'Licensing staff', description: 'Reviews every licensed program' },
  reviewer: { words: 'Content reviewer', description: 'Reads courses and records their approvals' },
  system_admin: { words: 'System administrator', description: 'Runs this installation' },
} as const satisfies Readonly<Record<Role, Readonly<{ words: string; description: string }>>>

/** Where a role reaches: one program, all programs of a license holder, or everywhere. */
export type Reach = Readonly<{ program_id: string | null; holder_id: string | null }>

export type Invitation = Reach &
  Readonly<{
    name: string
    email: string | null
    /** In the role's program; without an email the person signs in with it and the program's code. */
    employee_id: string | null
    role: Role
  }>

export type ProgramChoice = Readonly<{
  id: string
  name: string
  license_number: string | null
  holder_id: string
  holder: string
}>

type ReadInvitation =
  | { kind: 'read'; invitation: Invitation }
  | { kind: 'problems'; problems: readonly Problem[] }

const everywhere: Reach = { program_id: null, holder_id: null }

const isProgramRole = (role: Role): boolean =>
  role === 'program_admin' || role === 'supervisor' || role === 'trainer'

/** Reads who is invited to what, as typed into the form or a row of a file. */
export function readInvitation(typed: Typed, programs: readonly ProgramChoice[]): ReadInvitation {
  const problems: Problem[] = []
  const name = oneLine(typed.name ?? '')
  const email = (typed.email ?? '').trim().toLowerCase()
  const employee = (typed.employee_id ?? '').trim()
  const employee_id = employee ? readEmployeeId(employee) : null
  const read = readReach(typed, programs)
  if (name === '') problems.push({ field: 'name', message: 'Enter the person’s name.' })
  if (name.length > 200) problems.push({ field: 'name', message: 'Use at most 200 characters.' })
  if (email === '' && employee === '')
    problems.push({
      field: 'email',
      message: 'Enter an email or an employee ID. It’s how the person signs in.',
    })
  if (email !== '' && !isEmail(email))
    problems.push({ field: 'email', message: `“${email}” is not an email address.` })
  if (employee && !employee_id) problems.push({ field: 'employee_id', message: notAnEmployeeId(employee) })
  if (read.kind === 'problems') problems.push(...read.problems)
  // An employee ID belongs to one program.
  else if (employee && !read.reach.program_id)
    problems.push({
      field: 'employee_id',
      message: 'An employee ID goes with a role in one program. Enter an email.',
    })
  if (read.kind === 'problems' || problems.length > 0) return { kind: 'problems', problems }
  return { kind: 'read', invitation: { name, email: email || null, employee_id, ...read.reach } }
}

/** Reads a role and where it reaches. */
export function readReach(
  typed: Typed,
  programs: readonly ProgramChoice[],
):
  | { kind: 'read'; reach: Reach & Readonly<{ role: Role }> }
  | { kind: 'problems'; problems: readonly Problem[] } {
  const problems: Problem[] = []
  const role = roleOf(typed.role ?? '')
  if (!role) problems.push({ field: 'role', message: 'Choose a role.' })
  const reach = role && isProgramRole(role) ? reachOf(typed.where ?? '', programs) : everywhere
  if (!reach)
    problems.push({
      field: 'where',
      message: typed.where
        ? `“${oneLine(typed.where)}” is neither a license number, a program nor a license holder on record.`
        : 'Choose a program or a license holder.',
    })
  return role && reach ? { kind: 'read', reach: { role, ...reach } } : { kind: 'problems', problems }
}

function roleOf(text: string): Role | null {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
  for (const [role, { words }] of Object.entries(invitableRoles))
    if (plain === role || plain === words.toLowerCase().replace(/\s+/g, '_')) return role as Role
  return null
}

/** 'program:<id>' or 'holder:<id>' from the form; a license number, a program's or a holder's name from a file. */
function reachOf(text: string, programs: readonly ProgramChoice[]): Reach | null {
  const where = oneLine(text)
  const [, kind, id] = /^(program|holder):(\S+)$/.exec(where) ?? []
  if (kind === 'program') return programOf(programs.filter((program) => program.id === id))
  if (kind === 'holder') return programs.some(({ holder_id }) => holder_id === id) ? holderOf(id!) : null
  const same = (other: string) => other.toLowerCase() === where.toLowerCase()
  const byLicense = programs.filter(({ license_number }) => license_number === where)
  const byName = programs.filter(({ name }) => same(name))
  const byHolder = programs.find(({ holder }) => same(holder))
  return programOf(byLicense) ?? programOf(byName) ?? (byHolder ? holderOf(byHolder.holder_id) : null)
}

/** Two programs of the same name can't be told apart by it. */
const programOf = ([first, ...others]: readonly ProgramChoice[]): Reach | null =>
  first && others.length === 0 ? { program_id: first.id, holder_id: null } : null

const holderOf = (holder_id: string): Reach => ({ program_id: null, holder_id })

export const invitationFields = (typed: Typed, programs: readonly ProgramChoice[]) => [
  {
    name: 'name',
    label: 'Name',
    hint: 'As it should stand on certificates',
    value: typed.name ?? '',
    autocomplete: 'off',
  },
  {
    name: 'email',
    label: 'Email',
    hint: 'How the person signs in. Their own, not one that several people share.',
    type: 'email',
    required: false,
    value: typed.email ?? '',
    autocomplete: 'off',
  },
  {
    name: 'employee_id',
    label: 'Employee ID',
    hint: 'For someone without an email, whose role is in one program',
    required: false,
    value: typed.employee_id ?? '',
    autocomplete: 'off',
  },
  ...roleFields(typed, programs),
]

/** A role, and where it reaches. */
export function roleFields(typed: Typed, programs: readonly ProgramChoice[]) {
  const holders = new Map(programs.map(({ holder_id, holder }) => [holder_id, holder]))
  return [
    {
      name: 'role',
      label: 'Role',
      type: 'radio',
      value: typed.role ?? '',
      options: Object.entries(invitableRoles).map(([value, { words, description }]) => ({
        value,
        label: words,
        description,
      })),
    },
    {
      name: 'where',
      label: 'Where',
      hint: 'For program administrators and supervisors',
      type: 'select',
      required: false,
      value: typed.where ?? '',
      options: [
        { value: '', label: 'Choose' },
        ...programs.map(({ id, name, license_number }) => ({
          value: `program:${id}`,
          label: license_number ? `${name}, license ${license_number}` : name,
        })),
        ...[...holders].map(([id, holder]) => ({
          value: `holder:${id}`,
          label: `All programs of ${holder}`,
        })),
      ],
    },
  ]
}
