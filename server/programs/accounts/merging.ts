import { formatDay } from '#server/lib/days.ts'
import { postNames, postOf } from '#server/people/granting.ts'
import { overlaps } from '#server/programs/roster/employment/periods.ts'
import type { Account } from './accounts.queries.ts'
import type { Holdings, Work } from './merges.queries.ts'

/** For how long a merge can be reversed. */
const daysToReverse = 30

export const canReverse = (mergedAt: Date, now: Date): boolean => now < reversibleUntil(mergedAt)

export const reversibleUntil = (mergedAt: Date): Date =>
  new Date(mergedAt.getTime() + daysToReverse * 86_400_000)

/** Why these accounts can't be merged as they are, or null. */
export function mergeProblem(
  kept: Readonly<{ account: Account; holdings: Holdings }>,
  merged: Readonly<{ account: Account; holdings: Holdings }>,
): string | null {
  if (kept.account.id === merged.account.id) return 'This is the same account. Choose another one.'
  if (kept.account.merged_into || merged.account.merged_into)
    return 'One of these accounts has already been merged into another one.'
  if (kept.account.disabled_at)
    return `${kept.account.name}’s account is suspended or closed. Reopen it first, or keep the other account.`
  const clash = merged.holdings.work.find((one) => kept.holdings.work.some((other) => isSameWork(one, other)))
  return clash
    ? `Both accounts work at ${clash.program} at the same time. Correct one of the two employments on the roster first.`
    : null
}

const isSameWork = (a: Work, b: Work): boolean =>
  a.program_id === b.program_id &&
  overlaps({ from_on: a.hired_on, to_on: a.separated_on }, { from_on: b.hired_on, to_on: b.separated_on })

/** What an account holds, as the preview lists it. */
export const holdingLines = (
  account: Account,
  holdings: Holdings,
): readonly (readonly [string, string])[] => [
  ['Signs in with', signInNames(account, holdings).join(', ') || 'Nothing yet'],
  ['Courses completed', String(holdings.completions)],
  ['Certificates', holdings.certificates.join(', ') || 'None'],
  ['Outside training', String(holdings.outside)],
  ['Courses under way', String(holdings.under_way)],
  ['Rosters', holdings.work.map(workWords).join('; ') || 'None'],
  [
    'Roles',
    holdings.roles
      .map(({ role, where }) => `${postNames[postOf({ role, holder_id: null })]}${where ? `, ${where}` : ''}`)
      .join('; ') || 'None',
  ],
  ['Messages and notes', `${holdings.notices} and ${holdings.notes}`],
]

const signInNames = ({ email }: Account, { employee_ids, has_single_sign_on }: Holdings) => [
  ...(email ? [email] : []),
  ...employee_ids,
  ...(has_single_sign_on ? ['single sign-on'] : []),
]

const workWords = ({ program, hired_on, separated_on }: Work) =>
  `${program}, ${separated_on ? `${formatDay(hired_on)} to ${formatDay(separated_on)}` : `since ${formatDay(hired_on)}`}`

/** The same in one line, for the person who confirms. */
export const movesInWords = ({ completions, certificates, outside, work, roles }: Holdings): string =>
  [
    `${completions} completed ${completions === 1 ? 'course' : 'courses'}`,
    `${certificates.length} ${certificates.length === 1 ? 'certificate' : 'certificates'}`,
    `${outside} outside ${outside === 1 ? 'training' : 'trainings'}`,
    `${work.length} ${work.length === 1 ? 'employment' : 'employments'}`,
    `${roles.length} ${roles.length === 1 ? 'role' : 'roles'}`,
  ].join(', ')
