import type { CastMember, ProgramKey } from './cast.ts'

type Work = NonNullable<CastMember['work']>

/** The other staff of two programs, so that the demonstration has realistic teams. */
export const demoStaff: readonly CastMember[] = [
  // Always on time, mostly early.
  one('Lucia Marin', 'Youth worker', 34, { retakenMonthsAgo: [23, 12, 2] }),
  one('Hodan Warsame', 'Youth worker', 26, { retakenMonthsAgo: [15, 4] }),
  one('Pa Houa Xiong', 'Case manager', 25, { retakenMonthsAgo: [13, 1] }),
  one('Keisha Monroe', 'Shift lead', 31, { retakenMonthsAgo: [20, 9] }),
  one('Naw Paw Htoo', 'Youth worker', 16, { retakenMonthsAgo: [5] }),
  one('Winona Blackwell', 'Cultural programs', 22, { retakenMonthsAgo: [10] }),
  one('Eli Strand', 'Youth worker', 9),
  // Annual training due soon.
  one('Dale Brenner', 'Night lead', 34, {
    unit: 'Nights',
    completedMonthsAgo: 33,
    retakenMonthsAgo: [22, 11],
    andDaysAgo: 2,
  }),
  // In contact a week before finishing the course: a gap that a reviewer finds.
  one('Ben Thorsgaard', 'Youth worker', 21, {
    completedMonthsAgo: 20,
    retakenMonthsAgo: [8],
    contactDaysAfter: -7,
  }),
  // Annual training two months late, then completed.
  one('Bao Thao', 'Overnight staff', 30, { unit: 'Nights', retakenMonthsAgo: [16, 6] }),
  one('Rosa Quispe', 'Therapist', 14, { retakenMonthsAgo: [3], workerType: 'contractor' }),
  one('Tom Akers', 'Mentor', 6, { workerType: 'volunteer' }),
  one('Grace Lindholm', 'Student intern', 2, { workerType: 'student' }),
  one('Abdi Nur', 'Overnight staff', 7, { unit: 'Nights', isOnLeave: true }),
  // Completed the version that has no approval, and the approved one eleven months later.
  one(
    'Noah Petrov',
    'Youth worker',
    12,
    { beganWithEarlierVersion: true, retakenMonthsAgo: [1] },
    'lakeside',
  ),
  one('Amina Yusuf', 'Shift lead', 28, { retakenMonthsAgo: [17, 6] }, 'lakeside'),
]

/** Someone trained in the month of hire, with direct contact from three days later. */
function one(
  name: string,
  title: string,
  hiredMonthsAgo: number,
  more: Partial<Work> = {},
  program: ProgramKey = 'north-star',
): CastMember {
  const house = program === 'north-star' ? 'northstar' : 'lakeside'
  return {
    email: `${name.toLowerCase().replaceAll(' ', '.')}@${house}.example`,
    name,
    reason: 'on staff',
    program,
    work: { title, hiredMonthsAgo, hasContact: true, completedMonthsAgo: hiredMonthsAgo, ...more },
  }
}
