import { addDays, addMonths, type Day } from '#server/lib/days.ts'
import type { Role } from '#server/people/roles.ts'

// Everyone here is invented. License numbers start with 99, and email addresses end in .example.

export { demoPassword } from '#server/people/passwords.ts'

export const demoPrograms = [
  {
    key: 'north-star',
    holder: 'North Star Youth Services',
    kind: 'licensed',
    name: 'North Star House',
    license_number: '9900001',
    place: 'Birch Falls',
    certified: true,
  },
  {
    key: 'lakeside',
    holder: 'Lakeside Family Homes',
    kind: 'licensed',
    name: 'Lakeside Home',
    license_number: '9900002',
    place: 'Otter Bay',
    certified: true,
  },
  {
    key: 'prairie',
    holder: 'Prairie Shelter Association',
    kind: 'licensed',
    name: 'Prairie Shelter',
    license_number: '9900003',
    place: 'Sundown',
    certified: false,
  },
  {
    key: 'county',
    holder: 'Example County',
    kind: 'agency',
    name: 'Example County Social Services',
    license_number: null,
    place: 'Example County',
    certified: false,
  },
] as const

export type ProgramKey = (typeof demoPrograms)[number]['key']

export type CastMember = Readonly<{
  email: string
  name: string
  /** Why this person is in the cast. */
  reason: string
  role?: Role
  program?: ProgramKey
  /** Present if the person works in the program, rather than only supervising it. */
  work?: Readonly<{
    title: string
    unit?: string
    /** How many months ago the person was hired; 0 is this month. */
    hiredMonthsAgo: number
    hasContact: boolean
    /** How many months ago the residential course was completed. */
    completedMonthsAgo?: number
    /** Days added to those months, so that a training is due within 60 days on every day of a year. */
    andDaysAgo?: number
    /** The first completion was of the version before the newest, which has no approval and can't count. */
    beganWithEarlierVersion?: boolean
    /** How many months ago it was taken again, earliest first. */
    retakenMonthsAgo?: readonly number[]
    /** Days from completion to the first direct contact. The default is three. */
    contactDaysAfter?: number
    isChildProtection?: boolean
    /** How many days ago a week of leave started. */
    leaveDaysAgo?: number
    /** On leave for the last three weeks, with no known end. */
    isOnLeave?: boolean
    workerType?: 'contractor' | 'volunteer' | 'student'
  }>
}>

export const demoCast: readonly CastMember[] = [
  {
    email: 'ada@northstar.example',
    name: 'Ada Lindqvist',
    reason: 'youth worker, hired this month, not started yet',
    program: 'north-star',
    work: { title: 'Youth worker', hiredMonthsAgo: 0, hasContact: false },
  },
  {
    email: 'mai@northstar.example',
    name: 'Mai Vang',
    reason: 'youth worker, certified last year, annual training due soon',
    program: 'north-star',
    work: {
      title: 'Youth worker',
      hiredMonthsAgo: 12,
      hasContact: true,
      completedMonthsAgo: 11,
      andDaysAgo: 2,
      leaveDaysAgo: 70,
    },
  },
  {
    email: 'theo@northstar.example',
    name: 'Theo Okafor',
    reason: 'night staff, annual training overdue',
    program: 'north-star',
    work: {
      title: 'Night staff',
      unit: 'Nights',
      hiredMonthsAgo: 30,
      hasContact: true,
      completedMonthsAgo: 14,
    },
  },
  {
    email: 'sam@northstar.example',
    name: 'Sam Reyes',
    reason: 'supervisor at North Star House',
    role: 'supervisor',
    program: 'north-star',
  },
  {
    email: 'rae@northstar.example',
    name: 'Rae Halvorsen',
    reason: 'program administrator at North Star House',
    role: 'program_admin',
    program: 'north-star',
  },
  {
    email: 'olu@lakeside.example',
    name: 'Olu Adeyemi',
    reason: 'supervisor at Lakeside Home: sees nothing of North Star',
    role: 'supervisor',
    program: 'lakeside',
  },
  {
    email: 'ivy@lakeside.example',
    name: 'Ivy Sorensen',
    reason: 'youth worker at Lakeside Home',
    program: 'lakeside',
    work: { title: 'Youth worker', hiredMonthsAgo: 8, hasContact: true, completedMonthsAgo: 8 },
  },
  {
    email: 'jo@county.example',
    name: 'Jo Bearheart',
    reason: 'child-protection worker at the county',
    program: 'county',
    work: { title: 'Child protection worker', hiredMonthsAgo: 4, hasContact: false, isChildProtection: true },
  },
  {
    email: 'tess@county.example',
    name: 'Tess Nyberg',
    reason: 'child-protection supervisor at the county, reads what changed since she took the course',
    role: 'supervisor',
    program: 'county',
  },
  {
    email: 'lou@county.example',
    name: 'Lou Fairbanks',
    reason: 'administrator at the county: accepts or declines Jo’s outside training',
    role: 'program_admin',
    program: 'county',
  },
  { email: 'lee@licensing.example', name: 'Lee Marston', reason: 'licensing staff', role: 'licensing' },
  {
    email: 'max@licensing.example',
    name: 'Max Delgado',
    reason: 'second licensing staff member: confirms Lee’s requests',
    role: 'licensing',
  },
  { email: 'noor@review.example', name: 'Noor Haddad', reason: 'content reviewer', role: 'reviewer' },
  {
    email: 'ines@review.example',
    name: 'Ines Castellanos',
    reason: 'second content reviewer: confirms the approvals Noor records',
    role: 'reviewer',
  },
  { email: 'kit@system.example', name: 'Kit Dawson', reason: 'system administrator', role: 'system_admin' },
]

/** A day of training, some months ago. */
export const trainedOn = (
  today: Day,
  { andDaysAgo = 0 }: NonNullable<CastMember['work']>,
  months: number,
): Day => addDays(addMonths(today, -months), -andDaysAgo)
