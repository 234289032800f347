import type { Role } from '#server/people/roles.ts'

// Everybody here is invented. License numbers begin with 99, addresses end in .example.

export const demoPassword = 'lantern-harbor-demo'

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
  /** Present where the person works in the program, and is not only in charge of it. */
  work?: Readonly<{
    title: string
    /** Months before today at which the person was hired; 0 is this month. */
    hiredMonthsAgo: number
    hasContact: boolean
    /** Months before today at which the residential course was completed. */
    completedMonthsAgo?: number
    /** The first completion was of the version before the newest, which has no approval and can't count. */
    beganWithEarlierVersion?: boolean
    /** Months before today at which it was taken again, the earliest first. */
    retakenMonthsAgo?: readonly number[]
    /** Days from its completion to the first direct contact; three unless said. */
    contactDaysAfter?: number
    isChildProtection?: boolean
    /** Days before today at which a week of leave began. */
    leaveDaysAgo?: number
    /** On leave since three weeks ago, with no end known. */
    isOnLeave?: boolean
    workerType?: 'contractor' | 'volunteer' | 'student'
  }>
}>

export const demoCast: readonly CastMember[] = [
  {
    email: 'ada@northstar.example',
    name: 'Ada Lindqvist',
    reason: 'youth worker, hired this month, has not begun',
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
      leaveDaysAgo: 70,
    },
  },
  {
    email: 'theo@northstar.example',
    name: 'Theo Okafor',
    reason: 'night staff, annual training overdue',
    program: 'north-star',
    work: { title: 'Night staff', hiredMonthsAgo: 30, hasContact: true, completedMonthsAgo: 14 },
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
    reason: 'administrator at the county: accepts or declines what Jo took elsewhere',
    role: 'program_admin',
    program: 'county',
  },
  { email: 'lee@licensing.example', name: 'Lee Marston', reason: 'licensing staff', role: 'licensing' },
  {
    email: 'max@licensing.example',
    name: 'Max Delgado',
    reason: 'second licensing staff: confirms what Lee asks',
    role: 'licensing',
  },
  { email: 'noor@review.example', name: 'Noor Haddad', reason: 'content reviewer', role: 'reviewer' },
  {
    email: 'ines@review.example',
    name: 'Ines Castellanos',
    reason: 'second content reviewer: confirms what Noor records',
    role: 'reviewer',
  },
  { email: 'kit@system.example', name: 'Kit Dawson', reason: 'system administrator', role: 'system_admin' },
]
